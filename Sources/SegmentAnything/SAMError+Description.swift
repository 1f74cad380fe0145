import Imaging
import NeuralNetwork
import Tensors

extension SAMError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .emptyPicture(let size):
            "a picture of \(size) pixels holds nothing to look at: give one of at least 1 x 1"
        case .unusablePixels(let found, let expected):
            "prepared pixels of shape \(found) do not fit this model: prepare pictures with the model itself, \(expected)"
        case .cancelled: "the computation was cancelled before its end: ask again if its result is still wanted"
        case .activation(let error): error.description
        }
    }
}

extension SAMLoadingError: CustomStringConvertible {
    /// The sentence of the error inside.
    public var description: String { "\(underlying)" }
}
