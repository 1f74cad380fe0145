import InspectionHTTP
import Testing

/// Each error says in one line what is wrong and what to do next.
struct SentenceTests {
    @Test(arguments: [
        (
            ServiceError.missingPicture,
            #"there is no picture: send its bytes as the body, or as the part "image" of a form"#
        ),
        (
            .missingObject,
            #"what does the picture show? Add ?object=metal%20plate to the address, or the part "object" to the form"#
        ),
        (
            .unsupportedContentType("text/plain"),
            "a body of the type text/plain is not read here: send image/png, image/jpeg, application/octet-stream or "
                + "multipart/form-data, and prompts as application/json"
        ),
        (
            .unusablePrompt(reason: "it is not JSON"),
            "the prompt cannot be read: it is not JSON. It looks like "
                + #"{"points": [{"position": {"x": 12, "y": 30}, "label": "positive"}], "#
                + #""box": {"x0": 0, "y0": 0, "x1": 99, "y1": 99}}"#
        ),
        (
            .tooManyPoints(70, limit: 64),
            "70 points are more than the 64 that a prompt may have: send those that matter most"
        ),
        (
            .unknownImage("sketch"),
            #"there is no picture "sketch" in an answer: images takes overlay, heatmap, mask, separated by commas, or none"#
        ),
        (
            .unknownEmbedding,
            "no embedding of this name is kept, or no longer: send the picture to /embed again"
        ),
        (.bodyTooLarge(limitBytes: 1000), "the request has more than 1000 bytes: send a smaller picture"),
        (
            .timeOver(seconds: 60),
            "the answer was not there after 60 s, so the work was given up: ask again later, or send a smaller picture"
        ),
        (.clientGone, "the client closed the connection before the answer was there"),
        (.noSuchRoute("GET /a"), "there is no GET /a: see the routes in the README of this server"),
    ])
    func `Errors of the server`(error: ServiceError, sentence: String) {
        #expect("\(error)" == sentence)
    }

    @Test(arguments: [
        (MultipartFault.noBoundary, "its header names no boundary of 1 to 70 bytes"),
        (.cutOff, "it ends too early, or its boundary is not the one that the header names"),
        (.misplacedText, "a part does not begin with headers"), (.namelessPart, "a part has no name"),
        (.repeatedName("image"), #"it has two parts "image""#), (.tooManyParts, "it has more than 16 parts"),
        (.longHeaders, "the headers of a part are longer than 4096 bytes"),
        (.encodedPart, "a part is encoded; send its bytes as they are"),
        (.nestedParts, "a part holds parts; send one picture a request"),
    ])
    func `Faults of a form`(fault: MultipartFault, sentence: String) {
        #expect("\(ServiceError.unusableForm(fault))" == "the form cannot be read: \(sentence)")
    }
}
