import Imaging
import SegmentAnything

/// What `POST /mask` answers.
struct MaskAnswer: Encodable {
    /// Under which the picture's embedding is kept, where it is.
    var embedding: String?
    var size: ImageSize
    /// The place in `masks` of the one that SAM rates highest.
    var best: Int
    /// As the library says them.
    var masks: [PredictedMaskRecord]

    /// Brings each mask to the picture's size.
    init(_ prediction: MaskPrediction, _ frame: ModelFrame, embedding: String?) {
        self.embedding = embedding
        size = frame.original
        best = prediction.best
        masks = prediction.records(in: frame)
    }
}

/// What `POST /embed` answers.
struct EmbedAnswer: Encodable {
    /// Under which the embedding is kept; absent where it is larger than all that is kept.
    var embedding: String?
    var picture: SegmentAnswer.Picture
    /// How long after its last use.
    var keptSeconds: Double
}
