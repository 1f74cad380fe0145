import NeuralNetwork

extension CLIPConfiguration {
    /// Checks that a model can have these sizes. What is read off weights obeys them; what is written by hand may not.
    ///
    /// - Throws: `CLIPConfigurationError.unusableField` for the first field that cannot be.
    public func validate() throws(CLIPConfigurationError) {
        let sizes = [
            ("patch", patch), ("trainedGrid", trainedGrid), ("imageSize", imageSize), ("visionWidth", visionWidth),
            ("visionLayers", visionLayers), ("visionHeads", visionHeads), ("visionHidden", visionHidden),
            ("embedding", embedding), ("textWidth", textWidth), ("textLayers", textLayers), ("textHeads", textHeads),
            ("textHidden", textHidden),
        ]
        for (field, value) in sizes { try check(field, value, 1...Self.largestSize) }
        try check("imageSize", imageSize, 1...Self.largestSide)
        try check("contextLength", contextLength, CLIPTokenizer.leastContext...Self.largestSize)
        try check("vocabularySize", vocabularySize, Vocabulary.unmergedCount...Self.largestVocabulary)
        try check("imageSize", imageSize, imageSize % patch == 0, "a multiple of the patch, \(patch)")
        try check("visionHeads", visionHeads, visionWidth % visionHeads == 0, "a divisor of the width, \(visionWidth)")
        try check("textHeads", textHeads, textWidth % textHeads == 0, "a divisor of the width, \(textWidth)")
        if case .trunk(let trunk) = patchEmbedding {
            do throws(TrunkError) { try trunk.validate(patch: patch) } catch { throw .trunk(error) }
        }
        try check("mean", mean, mean.count == 3 && mean.allSatisfy(\.isFinite), "three finite numbers")
        try check(
            "standardDeviation", standardDeviation,
            standardDeviation.count == 3 && standardDeviation.allSatisfy { $0.isFinite && $0 > 0 },
            "three finite numbers above 0")
    }

    /// Larger than any size of a published model, and small enough that products of sizes can be counted.
    private static let largestSize = 1 << 16
    private static let largestVocabulary = 1 << 24

    private func check(_ field: String, _ value: Int, _ allowed: ClosedRange<Int>) throws(CLIPConfigurationError) {
        try check(
            field, value, allowed.contains(value),
            "a whole number from \(allowed.lowerBound) to \(allowed.upperBound)")
    }

    private func check(
        _ field: String, _ value: some Any, _ isUsable: Bool, _ rule: String
    ) throws(CLIPConfigurationError) {
        if !isUsable { throw .unusableField(field, value: "\(value)", rule: rule) }
    }
}
