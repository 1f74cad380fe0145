public import Imaging
public import NeuralNetwork
public import Tensors

/// What can be wrong with a picture that a ``SAMModel`` is given.
public enum SAMError: Error, Hashable, Sendable {
    /// A picture, or a mask of one, without a pixel.
    case emptyPicture(ImageSize)
    /// Prepared pixels of another shape than the model's square.
    case unusablePixels(found: Shape, expected: Shape)
    /// The computation ran in `ComputeQueue`, and the task that waited for it was cancelled.
    case cancelled
    /// Activations that cannot be observed or edited.
    case activation(ActivationError)
}

/// Why no ``SAMModel`` comes of some weights.
public enum SAMLoadingError: Error, Hashable, Sendable {
    /// The weights are of something else, or no model can have the configuration.
    case configuration(SAMConfigurationError)
    /// The weights do not fit the configuration.
    case weights(WeightError)

    /// The error inside.
    public var underlying: any Error {
        switch self {
        case .configuration(let error): error
        case .weights(let error): error
        }
    }
}
