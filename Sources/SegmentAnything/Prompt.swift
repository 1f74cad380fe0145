public import Imaging
public import Tensors

/// A click on the picture.
public struct PromptPoint: Sendable, Hashable {
    public enum Label: Sendable, Hashable {
        /// Belongs to the object.
        case positive
        /// Does not belong to the object.
        case negative
    }

    /// Pixels of the picture.
    public var position: ImagePoint
    public var label: Label

    public init(_ position: ImagePoint, _ label: Label) {
        self.position = position
        self.label = label
    }
}

/// What tells the model which object is meant: points, a box, an earlier answer, or any mixture of them.
public struct Prompt: Sendable {
    public var points: [PromptPoint]
    /// Corner pixels, inclusive.
    public var box: ImageBox?
    /// Logits of an earlier ``MaskPrediction``, `[height, width]` of the model's low resolution, not thresholded.
    public var maskLogits: Tensor?

    public init(points: [PromptPoint] = [], box: ImageBox? = nil, maskLogits: Tensor? = nil) {
        self.points = points
        self.box = box
        self.maskLogits = maskLogits
    }
}

/// How many answers are wanted.
public enum MaskCount: Sendable, Hashable {
    /// One mask, for prompts that leave no doubt.
    case single
    /// The three masks for the whole, a part and a smaller part of what an unclear prompt may mean.
    case multiple
}
