import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Softmax over the cosines with the two texts.
struct PatchTextSimilarity {
    let vectors: TextVectors
    /// What cosines are multiplied by. beta
    let logitScale: Float

    /// The probability of the abnormal text for each row of `features`, `[tokens, embed]`, not normalised: `[tokens]`.
    ///
    /// `softmax(beta * [cos(v, normal), cos(v, abnormal)])[1]`; with two classes that is the sigmoid of the difference.
    func abnormalProbabilities(_ features: Tensor) -> [Float] {
        let texts = Tensor.stacked([vectors.normal, vectors.abnormal])
        let cosines = features.l2Normalized().matrixProduct(texts, transposingOther: true).values
        return stride(from: 0, to: cosines.count, by: 2).map { index in
            1 / (1 + expf(-logitScale * (cosines[index + 1] - cosines[index])))
        }
    }
}
