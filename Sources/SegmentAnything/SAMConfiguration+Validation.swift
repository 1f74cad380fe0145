import NeuralNetwork

extension SAMConfiguration {
    /// Checks that a model can have these sizes. What is read off weights obeys them; what is written by hand may not.
    ///
    /// - Throws: ``SAMConfigurationError/unusableField(_:value:rule:)`` for the first field that cannot be.
    public func validate() throws(SAMConfigurationError) {
        let check = FieldCheck()
        switch imageEncoder {
        case .vit(let vit): try vit.validate(check)
        case .tinyViT(let tinyViT): try tinyViT.validate(check)
        }
        try check.sizes([
            ("side", side), ("promptWidth", promptWidth), ("maskChannels", maskChannels),
            ("decoderDepth", decoderDepth),
            ("decoderHeads", decoderHeads), ("decoderHiddenWidth", decoderHiddenWidth),
            ("decoderAttentionWidth", decoderAttentionWidth), ("iouHeadHiddenWidth", iouHeadHiddenWidth),
        ])
        try check("side", side, side % patch == 0, "a multiple of the patch, \(patch)")
        try check(
            "promptWidth", promptWidth, promptWidth % 8 == 0 && promptWidth % decoderHeads == 0,
            "a multiple of 8 and of the decoder's heads, \(decoderHeads)")
        try check(
            "decoderAttentionWidth", decoderAttentionWidth, decoderAttentionWidth % decoderHeads == 0,
            "a multiple of the decoder's heads, \(decoderHeads)")
        try check("maskChannels", maskChannels, maskChannels % 4 == 0, "a multiple of 4")
        try check("maskTokens", maskTokens, (2...64).contains(maskTokens), "a whole number from 2 to 64")
        try check(
            "pixelMean", pixelMean, pixelMean.count == 3 && pixelMean.allSatisfy(\.isFinite), "three finite numbers")
        try check(
            "pixelStandardDeviation", pixelStandardDeviation,
            pixelStandardDeviation.count == 3 && pixelStandardDeviation.allSatisfy { $0.isFinite && $0 > 0 },
            "three finite numbers above 0")
    }
}

extension ViTConfiguration {
    fileprivate func validate(_ check: FieldCheck) throws(SAMConfigurationError) {
        try check.sizes([
            ("width", width), ("depth", depth), ("heads", heads), ("hiddenWidth", hiddenWidth), ("window", window),
            ("trainedGrid", trainedGrid), ("patch", patch),
        ])
        try check("heads", heads, width % heads == 0, "a divisor of the width, \(width)")
    }
}

extension TinyViTConfiguration {
    fileprivate func validate(_ check: FieldCheck) throws(SAMConfigurationError) {
        let stages = widths.count - 1
        try check("widths", widths, (1...8).contains(stages), "2 to 9 numbers")
        try check("depths", depths, depths.count == stages + 1, "as many numbers as widths, \(stages + 1)")
        for (field, values) in [("heads", heads), ("windows", windows), ("hiddenWidths", hiddenWidths)] {
            try check(field, values, values.count == stages, "a number for each stage of attention, \(stages)")
        }
        for (field, values) in [
            ("widths", widths), ("depths", depths), ("heads", heads), ("windows", windows),
            ("hiddenWidths", hiddenWidths), ("expandedWidth", [expandedWidth]),
        ] {
            try check.sizes(values.map { (field, $0) })
        }
        for (width, heads) in zip(widths.dropFirst(), heads) {
            try check("heads", heads, width % heads == 0, "a divisor of the stage's width, \(width)")
        }
    }
}

/// Refuses a field by name.
private struct FieldCheck {
    /// Larger than any size of a published model, and small enough that products of sizes can be counted.
    private static let largestSize = 1 << 16

    func sizes(_ fields: [(name: String, value: Int)]) throws(SAMConfigurationError) {
        for (name, value) in fields {
            try self(
                name, value, (1...Self.largestSize).contains(value), "a whole number from 1 to \(Self.largestSize)")
        }
    }

    func callAsFunction(
        _ field: String, _ value: some Any, _ isUsable: Bool, _ rule: String
    ) throws(SAMConfigurationError) {
        if !isUsable { throw .unusableField(field, value: "\(value)", rule: rule) }
    }
}
