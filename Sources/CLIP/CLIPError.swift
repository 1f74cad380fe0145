public import Imaging
public import NeuralNetwork

/// What can be wrong with what a CLIP model is asked for.
public enum CLIPError: Error, Hashable, Sendable {
    /// A block that the image tower does not have; blocks count from 1.
    case noSuchBlock(Int, blocks: Int)
    /// The merges make another number of tokens than the weights have.
    case vocabularyMismatch(tokenizer: Int, weights: Int)
    /// A picture whose sides are not multiples of the patch, or that is not `[batch, 3, height, columns]`.
    case unusablePixels(dimensions: [Int], patch: Int)
    /// A picture without a pixel.
    case emptyPicture(ImageSize)
    /// A side of the prepared square that is not a multiple of the patch, or larger than any input.
    case unusableSide(Int, patch: Int)
    /// A text of tokens that is empty, longer than the context, or holds a number that is no token.
    case unusableTokens(text: Int, count: Int, contextLength: Int, vocabulary: Int)
    /// Vectors to compare that are not `[rows, width]`, or of another width than the model's.
    case unusableVectors(name: String, dimensions: [Int], width: Int)
    /// A window of no patch, or of more than the picture has along a side.
    case noSuchWindow(Int, gridHeight: Int, gridWidth: Int)
    /// Vectors for texts that the text tower cannot take; `expected` says which it takes.
    case unusableTextVectors(name: String, dimensions: [Int], expected: String)
    /// A text that does not become tokens.
    case unusableText(TokenizerError)
    /// Activations that cannot be observed or edited.
    case activation(ActivationError)
    /// A tower gave a vector without a direction: zero, or of numbers that are infinite, none, or too large to be
    /// compared. The weights are finite, and their products are not.
    case noDirection(Tower)
    /// The computation ran in `ComputeQueue`, and the task that waited for it was cancelled.
    case cancelled
    /// The exponential of `logit_scale` is zero or infinite.
    case unusableScale(logarithm: Float)

    /// One of the two towers.
    public enum Tower: String, Hashable, Sendable {
        /// The tower of pictures.
        case image
        /// The tower of texts.
        case text
    }
}
