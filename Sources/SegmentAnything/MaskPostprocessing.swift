public import Imaging
public import Tensors

// From the decoder's small logits to masks of the picture.
extension ModelFrame {
    /// Logits at the picture's own size: enlarged to the model's square, cut to the picture's part, resized to the
    /// picture, both times bilinear with corners not aligned.
    ///
    /// - Parameter lowResolution: `[height, width]`, logits over the whole square.
    /// - Returns: logits, one a pixel; the mask is where they are above 0.
    ///
    /// Matches `Sam.postprocess_masks` of segment_anything.
    public func upscaledLogits(_ lowResolution: Tensor) -> ScoreMap {
        logitRows(lowResolution).map
    }

    /// The same, row by row.
    package func logitRows(_ lowResolution: Tensor) -> ScoreRows {
        let shape = lowResolution.shape
        require(shape.rank == 2, "upscaledLogits takes [height, width], not \(shape)")
        let part = ScoreMap(
            lowResolution.resizedBilinear(height: side, width: side, part: (input.height, input.width)))
        return part.size == original ? ScoreRows(part) : ScoreRows(ResizedMap(part, to: original))
    }
}

/// Reading masks off logits at the picture's size.
public enum MaskPostprocessing {
    /// The pixels whose logit is above `threshold`.
    public static func mask(_ logits: ScoreMap, threshold: Float = 0) -> Mask {
        Mask(size: logits.size, values: logits.values.map { $0 > threshold })
    }

    /// How little the mask depends on its threshold: pixels above `threshold + offset` over pixels above
    /// `threshold - offset`, 0...1. The inner mask lies in the outer one, so this is their IoU. An empty outer mask
    /// gives 0.
    ///
    /// Matches `calculate_stability_score` of segment_anything, but for the empty mask, where that divides by zero.
    public static func stabilityScore(_ logits: ScoreMap, threshold: Float = 0, offset: Float = 1) -> Float {
        var inner = 0
        var outer = 0
        for logit in logits.values {
            if logit > threshold + offset { inner += 1 }
            if logit > threshold - offset { outer += 1 }
        }
        return outer == 0 ? 0 : Float(inner) / Float(outer)
    }
}
