public import Tensors

extension CLIPModel {
    /// Texts whose tokens are given as vectors. Methods with learnt prompts need this.
    ///
    /// - Parameters:
    ///   - vectors: `[texts, tokens, text width]`, from the start token on, without positions.
    ///   - ends: for each text the index of its end token, from 0. Tokens behind it have no influence.
    ///   - deepPrompts: `[prompts, text width]` each. The first replaces the tokens from the second on in front of the
    ///     second block, the next in front of the third, and so on.
    /// - Returns: `[texts, embedding]`, not normalised.
    /// - Throws: `CLIPError.unusableTextVectors`.
    ///
    /// **Matches:** `encode_text_learn` of AnomalyCLIP.
    public func encodeText(vectors: Tensor, ends: [Int], deepPrompts: [Tensor] = []) throws(CLIPError) -> Tensor {
        let width = configuration.textWidth
        let dimensions = vectors.shape.dimensions
        guard dimensions.count == 3, dimensions[0] > 0, (1...configuration.contextLength).contains(dimensions[1]),
            dimensions[2] == width, ends.count == dimensions[0], ends.allSatisfy({ (0..<dimensions[1]).contains($0) })
        else {
            throw .unusableTextVectors(
                name: "vectors", dimensions: dimensions,
                expected: "[texts, 1 to \(configuration.contextLength) tokens, \(width)] with an end for each text")
        }
        // No end token attends to a token behind it.
        let length = (ends.max() ?? 0) + 1
        for (index, prompts) in deepPrompts.enumerated() {
            let rows = prompts.shape.dimensions
            guard rows.count == 2, rows[1] == width, rows[0] < length, index + 1 < configuration.textLayers else {
                throw .unusableTextVectors(
                    name: "deepPrompts[\(index)]", dimensions: rows,
                    expected: "[fewer than \(length) prompts, \(width)], for \(configuration.textLayers - 1) blocks "
                        + "at most")
            }
        }
        return try textTower.encode(
            vectors.sliced(axis: 1, 0..<length), ends: ends, deepPrompts: deepPrompts,
            CancellableSteps(throwing: CLIPError.cancelled))
    }
}
