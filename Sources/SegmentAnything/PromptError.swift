public import Imaging
public import NeuralNetwork
public import Tensors

/// Why there are no masks for a prompt.
public enum PromptError: Error, Hashable, Sendable {
    /// No point, no box and no mask logits.
    case empty
    /// A point that does not lie on the picture.
    case pointOutside(ImagePoint, picture: ImageSize)
    /// A box whose corners are not on the picture or not in order.
    case unusableBox(ImageBox, picture: ImageSize)
    /// Mask logits of another shape than the model's low resolution.
    case unexpectedMaskShape(found: Shape, expected: Shape)
    /// A mask logit that is infinite or no number.
    case maskLogitsNotFinite
    /// Prompts of one call must have the same number of points, and boxes and mask logits all or none.
    case mixedKinds(prompt: Int)
    /// The embedding was not made by a model of this configuration.
    case foreignEmbedding(found: Shape, expected: Shape)
    /// The masks hold a number that is infinite or none, though the weights are finite.
    case masksNotFinite
    /// The computation ran in `ComputeQueue`, and the task that waited for it was cancelled.
    case cancelled
    /// Activations that cannot be observed or edited.
    case activation(ActivationError)
}
