import AnomalySegmentation
import CLIP
import HTTPTypes
import Hummingbird
import ImageCodecs
import Imaging
import NIOCore
import SegmentAnything
import Tensors

/// Which status and sentence an error becomes.
struct ErrorAnswer: Encodable {
    private enum CodingKeys: String, CodingKey { case error, status }

    let status: Int
    let error: String
    /// Whether it is a fault of the server, whose log then says what it was.
    let isFault: Bool

    private init(_ status: Int, _ error: String, isFault: Bool = false) {
        (self.status, self.error, self.isFault) = (status, error, isFault)
    }

    init(_ failure: any Error) {
        switch failure {
        case let error as ServiceError: self.init(Self.status(of: error), "\(error)")
        case let error as ImageCodecError: self.init(Self.status(of: error), "\(error)")
        case is NIOTooManyBytesError: self.init(413, "the request is too large: send a smaller picture")
        case let error as ComputeQueueError: self.init(503, "\(error)")
        case is CancellationError: self.init(503, "the request was given up: ask again later")
        // What the picture, the name or the prompt made of it.
        case is AnomalySegmentationError, is SAMError, is PromptError, is TokenizerError, is CLIPError:
            self.init(422, "\(failure)")
        case let error as HTTPError: self.init(error.status.code, error.body ?? error.status.reasonPhrase)
        case let error as any HTTPResponseError: self.init(error.status.code, error.status.reasonPhrase)
        default: self.init(500, "the server failed, and its log says how: ask again later", isFault: true)
        }
    }

    private static func status(of error: ServiceError) -> Int {
        switch error {
        case .missingPicture, .missingObject, .unusableForm, .unusablePrompt, .tooManyPoints, .unknownImage: 400
        case .unknownEmbedding, .noSuchRoute: 404
        case .unsupportedContentType: 415
        case .bodyTooLarge: 413
        case .timeOver: 504
        // Nobody reads it; nginx writes this number into its logs.
        case .clientGone: 499
        }
    }

    private static func status(of error: ImageCodecError) -> Int {
        switch error {
        case .emptyFile: 400
        case .notAPicture, .unsupportedFormat, .unsupportedVariant: 415
        case .tooManyPixels, .tooMuchMemory, .fileTooLong: 413
        case .libraryFailed, .notWritten: 500
        default: 422
        }
    }
}
