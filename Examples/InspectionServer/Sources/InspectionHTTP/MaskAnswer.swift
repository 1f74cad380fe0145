import ImageCodecs
import Imaging
import SegmentAnything
import Tensors

/// What `POST /mask` answers. Sizes, boxes and points are written as in docs/Formats.md.
struct MaskAnswer: Encodable {
    struct Predicted: Encodable {
        var mask: MaskForm
        var predictedIoU: Float
        var stability: Float
    }

    /// Under which the picture's embedding is kept, where it is.
    var embedding: String?
    var size: ImageSize
    /// The place in `masks` of the one that SAM rates highest.
    var best: Int
    var masks: [Predicted]

    /// Brings each mask to the picture's size.
    init(_ prediction: MaskPrediction, _ frame: ModelFrame, embedding: String?) {
        self.embedding = embedding
        size = frame.original
        best = prediction.best
        masks = prediction.predictedIoU.enumerated().map { index, predictedIoU in
            let logits = frame.upscaledLogits(prediction.logits.element(index))
            return Predicted(
                mask: MaskForm(RunLengthMask(MaskPostprocessing.mask(logits))), predictedIoU: predictedIoU,
                stability: MaskPostprocessing.stabilityScore(logits))
        }
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
