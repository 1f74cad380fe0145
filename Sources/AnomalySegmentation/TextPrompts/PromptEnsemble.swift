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

    /// Sentences handed to the encoder at once: enough to fill the machine, few enough to bound the memory.
    private static let batch = 64

    /// Both vectors. **Complexity:** one pass of the text tower over all sentences.
    func vectors(of expansion: PromptExpansion) throws(AnomalySegmentationError) -> TextVectors {
        try TextVectors(normal: vector(expansion, .normal), abnormal: vector(expansion, .abnormal))
    }

    private func vector(
        _ expansion: PromptExpansion, _ state: PromptTable.State
    ) throws(AnomalySegmentationError) -> Tensor {
        let sentences = expansion.sentences(state)
        var parts: [Tensor] = []
        for start in stride(from: 0, to: sentences.count, by: Self.batch) {
            parts.append(try encode(Array(sentences[start..<min(start + Self.batch, sentences.count)])))
        }
        guard let vector = Self.mean(of: parts, rule: rule) else {
            throw .unusableTextVector(state: state)
        }
        return vector
    }

    /// The mean direction of the rows of `parts`, each `[sentences, embed]`; nil where it has no direction.
    static func mean(of parts: [Tensor], rule: TextPromptConfiguration.VectorRule) -> Tensor? {
        guard let width = parts.first?.shape[1] else { return nil }
        var sum = [Double](repeating: 0, count: width)
        for part in parts {
            let values = part.values
            for row in 0..<part.shape[0] {
                let vector = values[row * width..<(row + 1) * width]
                let length = rule == .normalizedEach ? Self.length(of: vector.lazy.map(Double.init)) : 1
                for (column, value) in vector.enumerated() { sum[column] += Double(value) / length }
            }
        }
        let length = Self.length(of: sum)
        guard length.isFinite && length > 0 else { return nil }
        return Tensor(sum.map { Float($0 / length) }, shape: [width])
    }

    private static func length(of vector: some Sequence<Double>) -> Double {
        vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
}
