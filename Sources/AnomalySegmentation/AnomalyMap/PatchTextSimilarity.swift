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

    /// The probability of the abnormal text for the vector of a whole picture, `[embed]`, not normalised.
    func abnormalProbability(_ picture: Tensor) -> Float {
        abnormalProbabilities(picture.expanded(axis: 0)).values[0]
    }

    /// The probability of the abnormal text for each row of `features`, `[tokens, embed]`, not normalised: `[tokens]`.
    ///
    /// `softmax(beta * [cos(v, normal), cos(v, abnormal)])[1]`; with two classes that is the sigmoid of the difference.
    func abnormalProbabilities(_ features: Tensor) -> Tensor {
        scores(features) { 1 / (1 + expf(-logit($0))) }
    }

    /// `beta * (cos(v, abnormal) - cos(v, normal))` for each row of `features`, `[tokens, embed]`: `[tokens]`.
    func logits(_ features: Tensor) -> Tensor { scores(features, logit) }

    /// What is left of the cosines when each text is weighed by how well it suits the whole picture, and what both texts
    /// have in common is taken away; from -1...1 brought to 0...1.
    ///
    /// With `w = 2 softmax(2 cos(picture, text))` the two remainders are `±(w_a cos(v, abnormal) - w_n cos(v, normal)) / 2`;
    /// the abnormal one is taken. **Matches:** `clip_feature_surgery` of CLIP Surgery for two texts, before its scaling of
    /// each picture to its own range, which is not done here because scores of several pictures are compared.
    ///
    /// - Parameter picture: `[embed]`, not normalised.
    func surgeryScores(_ features: Tensor, picture: Tensor) -> Tensor {
        let whole = cosines(picture.expanded(axis: 0)).values
        let difference = whole[1] - whole[0]
        let abnormalWeight = 2 / (1 + expf(-2 * difference))
        let normalWeight = 2 - abnormalWeight
        return scores(features) { patch in
            let score = (abnormalWeight * patch.abnormal - normalWeight * patch.normal) / 2
            return min(max((1 + score) / 2, 0), 1)
        }
    }

    private typealias Cosines = (normal: Float, abnormal: Float)

    private func logit(_ cosines: Cosines) -> Float { logitScale * (cosines.abnormal - cosines.normal) }

    /// `rule` for the cosines of each row of `features`: `[tokens]`.
    private func scores(_ features: Tensor, _ rule: (Cosines) -> Float) -> Tensor {
        let cosines = cosines(features)
        return Tensor(uninitialized: [cosines.shape[0]]) { output in
            cosines.withUnsafeBufferPointer { cosines in
                for token in output.indices { output[token] = rule((cosines[2 * token], cosines[2 * token + 1])) }
            }
        }
    }

    /// `[tokens, 2]`: with the normal text, with the abnormal one.
    private func cosines(_ features: Tensor) -> Tensor {
        let texts = Tensor.stacked([vectors.normal, vectors.abnormal])
        return features.l2Normalized().matrixProduct(texts, transposingOther: true)
    }
}
