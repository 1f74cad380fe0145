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
        logits(features).map { 1 / (1 + expf(-$0)) }
    }

    /// `beta * (cos(v, abnormal) - cos(v, normal))` for each row of `features`, `[tokens, embed]`: `[tokens]`.
    func logits(_ features: Tensor) -> [Float] {
        cosines(features).map { logitScale * ($0.abnormal - $0.normal) }
    }

    /// What is left of the cosines when each text is weighed by how well it suits the whole picture, and what both texts
    /// have in common is taken away; from -1...1 brought to 0...1.
    ///
    /// With `w = 2 softmax(2 cos(picture, text))` the two remainders are `±(w_a cos(v, abnormal) - w_n cos(v, normal)) / 2`;
    /// the abnormal one is taken. **Matches:** `clip_feature_surgery` of CLIP Surgery for two texts, before its scaling of
    /// each picture to its own range, which is not done here because scores of several pictures are compared.
    ///
    /// - Parameter picture: `[embed]`, not normalised.
    func surgeryScores(_ features: Tensor, picture: Tensor) -> [Float] {
        let whole = cosines(picture.expanded(axis: 0))[0]
        let abnormalWeight = 2 / (1 + expf(-2 * (whole.abnormal - whole.normal)))
        let normalWeight = 2 - abnormalWeight
        return cosines(features).map { patch in
            let score = (abnormalWeight * patch.abnormal - normalWeight * patch.normal) / 2
            return min(max((1 + score) / 2, 0), 1)
        }
    }

    private func cosines(_ features: Tensor) -> [(normal: Float, abnormal: Float)] {
        let texts = Tensor.stacked([vectors.normal, vectors.abnormal])
        let cosines = features.l2Normalized().matrixProduct(texts, transposingOther: true).values
        return stride(from: 0, to: cosines.count, by: 2).map { (cosines[$0], cosines[$0 + 1]) }
    }
}
