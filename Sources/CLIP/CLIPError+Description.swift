extension CLIPError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSuchBlock(let block, let blocks):
            "the image tower has no block \(block): choose from 1 to \(blocks)"
        case .vocabularyMismatch(let tokenizer, let weights):
            "the merges make \(tokenizer) tokens and the weights hold \(weights): use the merges file that belongs to "
                + "these weights"
        case .unusablePixels(let dimensions, let patch):
            "an input of shape \(dimensions) does not fit the image tower: it takes [batch, 3, height, width] with both "
                + "sides multiples of \(patch)"
        }
    }
}
