public import Imaging
public import Tensors

/// A click on the picture.
public struct PromptPoint: Sendable, Hashable, Codable {
    /// Whether the point lies on the object.
    public enum Label: String, Sendable, Hashable, Codable {
        /// Belongs to the object.
        case positive
        /// Does not belong to the object.
        case negative
    }

    /// Pixels of the picture.
    public var position: ImagePoint
    /// Whether the point lies on the object.
    public var label: Label

    /// A point in pixels of the picture.
    public init(_ position: ImagePoint, _ label: Label) {
        self.position = position
        self.label = label
    }
}

/// Which object is meant: points, a box, the mask of an earlier prediction, or any mixture of them.
public struct Prompt: Sendable {
    /// Points on the object and beside it.
    public var points: [PromptPoint]
    /// Corner pixels, inclusive.
    public var box: ImageBox?
    /// Logits of an earlier ``MaskPrediction``, `[height, width]` of the model's low resolution, not thresholded.
    public var maskLogits: Tensor?

    /// A prompt of any mixture of parts. A prompt without any part is refused by ``SAMModel``.
    public init(points: [PromptPoint] = [], box: ImageBox? = nil, maskLogits: Tensor? = nil) {
        self.points = points
        self.box = box
        self.maskLogits = maskLogits
    }
}

/// How many masks of a prompt are wanted.
public enum MaskCount: Sendable, Hashable {
    /// One mask, for clear prompts (`multimask_output` false).
    case single
    /// Three masks for an unclear prompt: the whole object, a part, and a part of the part (`multimask_output` true).
    case multiple
}
