import NeuralNetwork
import Tensors

/// Turns points and boxes into sparse embeddings, and mask prompts into a dense one.
///
/// Matches `PromptEncoder` of segment_anything.
struct PromptEncoder: Sendable {
    let side: Int
    /// The encoder's name among the weights.
    let path: String
    let position: FourierPosition
    /// The positional encoding of the image tokens (`get_dense_pe`), one matrix `[width, image tokens]`. It is the same
    /// for every picture, so it is computed once.
    let densePosition: ColumnPanels
    let negativePoint, positivePoint: Tensor
    let topLeftCorner, bottomRightCorner: Tensor
    /// `not_a_point_embed`: a token without a position that follows the points when there is no box.
    let paddingPoint: Tensor
    let maskDownscaling: MaskDownscaling
    /// `no_mask_embed`.
    let noMask: Tensor

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        let width = configuration.promptWidth
        func embedding(_ scope: WeightScope) -> Tensor { scope.tensor("weight", shape: [1, width]) }
        side = configuration.side
        path = weights.path
        position = FourierPosition(weights.child("pe_layer"), width: width)
        densePosition = ColumnPanels(position.grid(side: configuration.grid).transposed().expanded(axis: 0))
        let points = weights.child("point_embeddings")
        negativePoint = embedding(points.child(0))
        positivePoint = embedding(points.child(1))
        topLeftCorner = embedding(points.child(2))
        bottomRightCorner = embedding(points.child(3))
        paddingPoint = embedding(weights.child("not_a_point_embed"))
        maskDownscaling = MaskDownscaling(weights.child("mask_downscaling"), configuration: configuration)
        noMask = embedding(weights.child("no_mask_embed"))
    }

    /// Encodes prompts of the same kind: equal numbers of points, boxes and mask logits in all or in none.
    func callAsFunction(_ prompts: [ModelPrompt]) -> EncodedPrompts {
        let sparse = prompts.compactMap(sparseEmbedding)
        let masks = prompts.compactMap(\.maskLogits)
        return EncodedPrompts(
            count: prompts.count, sparse: sparse.isEmpty ? nil : Tensor.stacked(sparse),
            dense: masks.isEmpty ? .noMask(noMask.squeezed(axis: 0)) : .masks(Tensor.stacked(masks), maskDownscaling))
    }

    /// The tokens of one prompt: its points, then the two corners of its box, or the padding point when it has no box.
    /// `[tokens, width]`.
    private func sparseEmbedding(_ prompt: ModelPrompt) -> Tensor? {
        var positions = prompt.points.map(\.position)
        var kinds = prompt.points.map { $0.label == .positive ? positivePoint : negativePoint }
        if let box = prompt.box {
            positions += [box.topLeft, box.bottomRight]
            kinds += [topLeftCorner, bottomRightCorner]
        }
        guard !positions.isEmpty else { return nil }
        // A pixel's number names its top left corner; half a pixel more is its centre.
        let coordinates = positions.flatMap {
            [(Float($0.x) + 0.5) / Float(side), (Float($0.y) + 0.5) / Float(side)]
        }
        let encoded = position(Tensor(coordinates, shape: [positions.count, 2])) + Tensor.concatenated(kinds, axis: 0)
        return prompt.box == nil ? Tensor.concatenated([encoded, paddingPoint], axis: 0) : encoded
    }
}
