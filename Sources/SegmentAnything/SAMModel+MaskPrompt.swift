public import Imaging
public import Tensors

extension SAMModel {
    /// Logits that stand for certainly inside and, negated, for certainly outside in a mask that has no logits of its
    /// own. In the middle of objects the decoder itself predicts about as much.
    private static let certainLogit: Float = 10

    /// A mask of a picture as a mask prompt: ``Prompt/maskLogits`` for the picture of the mask's size.
    ///
    /// The mask is placed in the model's square as the picture is, and shrunk to the low resolution. Each logit follows
    /// the share of its pixels that the mask covers, from certainly outside to certainly inside; padding is outside.
    ///
    /// - Returns: `[height, width]` of the model's low resolution.
    /// - Throws: ``SAMError/emptyPicture(_:)``.
    public func maskPrompt(_ mask: Mask) throws(SAMError) -> Tensor {
        let frame = try frame(of: mask.size)
        let coverage = Tensor(mask.values.map { $0 ? 1 : 0 }, shape: [1, mask.size.height, mask.size.width])
        let square = coverage.resizedBilinear(height: frame.input.height, width: frame.input.width, antialias: true)
            .padded(axis: 1, before: 0, after: frame.side - frame.input.height)
            .padded(axis: 2, before: 0, after: frame.side - frame.input.width)
            .resizedBilinear(
                height: configuration.lowResolutionSide, width: configuration.lowResolutionSide, antialias: true)
        return (square * (2 * Self.certainLogit) - Self.certainLogit).element(0)
    }
}
