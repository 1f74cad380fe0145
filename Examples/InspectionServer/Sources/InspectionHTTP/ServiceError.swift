/// Why a request has no answer, apart from what the libraries say.
package enum ServiceError: Error, Hashable, Sendable {
    /// The body is empty, or the form has no part `image`.
    case missingPicture
    /// Neither the form nor the address says what the picture shows.
    case missingObject
    /// The body is of a kind that this route does not read.
    case unsupportedContentType(String)
    /// A form that breaks the rules of multipart/form-data.
    case unusableForm(MultipartFault)
    /// A prompt that is no JSON, or lacks something.
    case unusablePrompt(reason: String)
    /// More points than one prompt may have.
    case tooManyPoints(Int, limit: Int)
    /// A picture that the answer cannot hold.
    case unknownImage(String)
    /// Nothing is kept under this name, or no longer.
    case unknownEmbedding
    /// More bytes than a request may have.
    case bodyTooLarge(limitBytes: Int)
    /// The request took longer than it may.
    case timeOver(seconds: Double)
    /// The client closed the connection before its answer was there.
    case clientGone
    /// No route has this address and method.
    case noSuchRoute(String)
}
