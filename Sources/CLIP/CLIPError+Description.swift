import NeuralNetwork

extension CLIPError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .noSuchBlock(let block, let blocks): "the image tower has no block \(block): choose from 1 to \(blocks)"
        case .vocabularyMismatch(let tokenizer, let weights):
            "the merges make \(tokenizer) tokens and the weights hold \(weights): use the merges file that belongs to "
                + "these weights"
        case .unusablePixels(let dimensions, let patch):
            "an input of shape \(dimensions) does not fit the image tower: it takes [batch, 3, height, width] with both "
                + "sides multiples of \(patch)"
        case .emptyPicture(let size):
            "a picture of \(size) pixels holds nothing to look at: give one of at least 1 x 1"
        case .unusableSide(let side, let patch):
            "pictures cannot be prepared with a side of \(side) pixels: choose a multiple of \(patch) up to "
                + "\(CLIPConfiguration.largestSide)"
        case .unusableTokens(let text, let count, let contextLength, let vocabulary):
            "text \(text) of \(count) tokens does not fit the text tower: give 1 to \(contextLength) tokens, each from 0 to "
                + "\(vocabulary - 1)"
        case .unusableVectors(let name, let dimensions, let width):
            "\(name) of shape \(dimensions) cannot be compared here: give [rows, \(width)], as this model makes them"
        case .noSuchWindow(let side, let gridHeight, let gridWidth):
            "there is no window of \(side) x \(side) patches in a picture of \(gridHeight) x \(gridWidth): choose from 1 "
                + "to \(min(gridHeight, gridWidth))"
        case .unusableTextVectors(let name, let dimensions, let expected):
            "\"\(name)\" has shape \(dimensions), and the text tower takes \(expected): use vectors that were learnt "
                + "with this CLIP"
        case .noDirection(let tower):
            "the \(tower.rawValue) tower gives a vector without a direction (zero, too large, or not finite): the weights are "
                + "damaged or do not belong together; get them again, or convert them anew"
        case .unusableScale(let logarithm):
            "'logit_scale' is \(logarithm), and its exponential is no scale: the weights are damaged; get them again, or "
                + "convert them anew"
        case .cancelled: "the computation was cancelled before its end: ask again if its result is still wanted"
        case .unusableText(let error): error.description
        case .activation(let error): error.description
        }
    }
}
