extension ServiceError: CustomStringConvertible {
    /// One line for people: what is wrong, and what to do next.
    package var description: String {
        switch self {
        case .missingPicture:
            "there is no picture: send its bytes as the body, or as the part \"image\" of a form"
        case .missingObject:
            "what does the picture show? Add ?object=metal%20plate to the address, or the part \"object\" to the form"
        case .unsupportedContentType(let found):
            "a body of the type \(found.prefix(80)) is not read here: send image/png, image/jpeg, "
                + "application/octet-stream or multipart/form-data, and prompts as application/json"
        case .unusableForm(let fault):
            "the form cannot be read: \(fault)"
        case .unusablePrompt(let reason):
            "the prompt cannot be read: \(reason). It looks like "
                + #"{"points": [{"position": {"x": 12, "y": 30}, "label": "positive"}], "#
                + #""box": {"x0": 0, "y0": 0, "x1": 99, "y1": 99}}"#
        case .tooManyPoints(let found, let limit):
            "\(found) points are more than the \(limit) that a prompt may have: send those that matter most"
        case .unknownImage(let name):
            "there is no picture \"\(name.prefix(40))\" in an answer: images takes "
                + SegmentPicture.allCases.map(\.rawValue).joined(separator: ", ") + ", separated by commas, or none"
        case .unknownEmbedding:
            "no embedding of this name is kept, or no longer: send the picture to /embed again"
        case .bodyTooLarge(let limit):
            "the request has more than \(limit) bytes: send a smaller picture"
        case .timeOver(let seconds):
            "the answer was not there after \(seconds.formatted()) s, so the work was given up: ask again later, or send a "
                + "smaller picture"
        case .clientGone:
            "the client closed the connection before the answer was there"
        case .noSuchRoute(let route):
            "there is no \(route.prefix(80)): see the routes in the README of this server"
        }
    }
}

extension Double {
    /// Without a fraction where there is none.
    fileprivate func formatted() -> String {
        self == rounded() && abs(self) < 1e15 ? "\(Int(self))" : "\(self)"
    }
}
