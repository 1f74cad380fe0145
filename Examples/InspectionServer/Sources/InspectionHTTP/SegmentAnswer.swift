import AnomalySegmentation
import ImageCodecs
import Imaging

/// What `POST /segment` answers.
struct SegmentAnswer: Encodable {
    /// Under which SAM's embedding of the picture is kept, where it is.
    var embedding: String?
    /// PNG files in base64.
    var images: [String: String]
    var result: Found

    /// What was found, as the library says it, with what this server knows besides.
    struct Found: Encodable {
        private enum Key: String, CodingKey { case picture, object, timingsSeconds }

        var picture: Picture
        var object: String
        var record: AnomalyRecord
        var timingsSeconds: StageTimings

        func encode(to encoder: any Encoder) throws {
            try record.encode(to: encoder)
            var members = encoder.container(keyedBy: Key.self)
            try members.encode(picture, forKey: .picture)
            try members.encode(object, forKey: .object)
            try members.encode(timingsSeconds, forKey: .timingsSeconds)
        }
    }

    struct Picture: Encodable {
        var size: ImageSize
        var format: String
        var warnings: [String]

        init(_ decoded: DecodedImage) {
            size = decoded.image.size
            format = decoded.sourceDescription
            warnings = decoded.warnings.map(\.description)
        }
    }
}
