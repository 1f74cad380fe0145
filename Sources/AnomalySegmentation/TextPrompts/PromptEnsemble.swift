package import Tensors

/// The two directions in CLIP's space between which every patch is placed.
package struct TextVectors: Sendable {
    /// `[embed]`, unit length.
    package let normal: Tensor
    /// `[embed]`, unit length.
    package let abnormal: Tensor
}

/// From sentences to one vector a state.
struct PromptEnsemble {
    let rule: TextPromptConfiguration.VectorRule
    /// Sentences to vectors `[sentences, embed]`, not normalised.
    let encode: ([String]) throws(AnomalySegmentationError) -> Tensor

    /// Both vectors. **Complexity:** one pass of the text tower over all sentences.
    func vectors(of expansion: PromptExpansion) throws(AnomalySegmentationError) -> TextVectors {
        // All at once: the encoder batches them by their lengths.
        let rows = try encode(expansion.normal + expansion.abnormal)
        let normal = expansion.normal.count
        return try TextVectors(
            normal: vector(rows.slice(0..<normal), .normal),
            abnormal: vector(rows.slice(normal..<rows.shape[0]), .abnormal))
    }

    private func vector(_ rows: Tensor, _ state: PromptTable.State) throws(AnomalySegmentationError) -> Tensor {
        guard let vector = Self.mean(of: rows, rule: rule) else {
            throw .unusableTextVector(state: state)
        }
        return vector
    }

    /// The mean direction of rows, `[sentences, embed]`; nil where it has no direction.
    static func mean(of rows: Tensor, rule: TextPromptConfiguration.VectorRule) -> Tensor? {
        let width = rows.shape[1]
        var sum = [Double](repeating: 0, count: width)
        let values = rows.values
        for row in 0..<rows.shape[0] {
            let vector = values[row * width..<(row + 1) * width]
            let length = rule == .normalizedEach ? Self.length(of: vector.lazy.map(Double.init)) : 1
            for (column, value) in vector.enumerated() { sum[column] += Double(value) / length }
        }
        let length = Self.length(of: sum)
        guard length.isFinite && length > 0 else { return nil }
        return Tensor(sum.map { Float($0 / length) }, shape: [width])
    }

    private static func length(of vector: some Sequence<Double>) -> Double {
        vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
}
