extension MultipartFault: CustomStringConvertible {
    /// What is wrong, as the end of a sentence.
    package var description: String {
        switch self {
        case .noBoundary: "its header names no boundary of 1 to 70 bytes"
        case .cutOff: "it ends too early, or its boundary is not the one that the header names"
        case .misplacedText: "a part does not begin with headers"
        case .namelessPart: "a part has no name"
        case .repeatedName(let name): "it has two parts \"\(name.prefix(40))\""
        case .tooManyParts: "it has more than \(MultipartForm.mostParts) parts"
        case .longHeaders: "the headers of a part are longer than \(MultipartForm.mostHeaderBytes) bytes"
        case .encodedPart: "a part is encoded; send its bytes as they are"
        case .nestedParts: "a part holds parts; send one picture a request"
        }
    }
}
