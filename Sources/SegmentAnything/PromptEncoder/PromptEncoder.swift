import NeuralNetwork
import Tensors

/// A prompt in the model's own frame, ready to be encoded.
struct ModelPrompt: Sendable {
    var points: [(position: ModelPoint, label: PromptPoint.Label)] = []
    var box: (topLeft: ModelPoint, bottomRight: ModelPoint)?
    /// `[height, width]` at the low resolution.
    var maskLogits: Tensor?
}

/// What prompts say about every cell of the picture.
enum DensePrompt: Sendable {
    /// `[width]`: the same at every cell of every prompt.
    case uniform(Tensor)
    /// Mask logits, `[prompts, height, width]` at the low resolution, and what makes cells of them.
    case masks(Tensor, MaskDownscaling)

    /// The picture's cells with what the prompts say: a matrix `[width, cells]` for each prompt, or one for all.
    ///
    /// - Parameter features: `[width, cells]`.
    func added(to features: Tensor) -> ColumnPanels {
        switch self {
        case .uniform(let value): ColumnPanels(features.expanded(axis: 0), adding: value)
        case .masks(let logits, let downscaling): downscaling(logits, addingTo: features)
        }
    }
}

/// Prompts as the decoder sees them.
struct EncodedPrompts: Sendable {
    /// How many prompts.
    var count: Int
    /// `[prompts, tokens, width]`; nil when the prompts hold neither points nor boxes.
    var sparse: Tensor?
    var dense: DensePrompt

    /// Some of the prompts.
    func slice(_ range: Range<Int>) -> EncodedPrompts {
        var dense = dense
        if case .masks(let logits, let downscaling) = dense { dense = .masks(logits.slice(range), downscaling) }
        return EncodedPrompts(count: range.count, sparse: sparse?.slice(range), dense: dense)
    }
}

/// Turns points, boxes and mask logits into tokens and a map.
///
/// Matches `PromptEncoder` of segment_anything.
struct PromptEncoder: Sendable {
    let side: Int
    let width: Int
    let position: FourierPosition
    /// The embedding's own positions, one matrix `[width, cells]`; the same for every picture, so computed once.
    let gridPosition: ColumnPanels
    let negativePoint: Tensor
    let positivePoint: Tensor
    let topLeftCorner: Tensor
    let bottomRightCorner: Tensor
    /// Stands for no point at all; follows the points when there is no box.
    let paddingPoint: Tensor
    let maskDownscaling: MaskDownscaling
    let noMask: Tensor

    init(_ weights: WeightScope, configuration: SAMConfiguration) {
        let width = configuration.promptWidth
        func embedding(_ scope: WeightScope) -> Tensor {
            scope.tensor("weight", shape: [1, width])
        }
        self.width = width
        side = configuration.side
        position = FourierPosition(weights.child("pe_layer"), width: width)
        gridPosition = ColumnPanels(position.grid(side: configuration.grid).transposed().expanded(axis: 0))
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
        let sparse = prompts.compactMap(tokens)
        let masks = prompts.compactMap(\.maskLogits)
        return EncodedPrompts(
            count: prompts.count, sparse: sparse.isEmpty ? nil : Tensor.stacked(sparse),
            dense: masks.isEmpty ? .uniform(noMask.squeezed(axis: 0)) : .masks(Tensor.stacked(masks), maskDownscaling))
    }

    /// The tokens of one prompt: its points, then the padding point or else the corners. `[tokens, width]`.
    private func tokens(_ prompt: ModelPrompt) -> Tensor? {
        var positions = prompt.points.map(\.position)
        var kinds = prompt.points.map { $0.label == .positive ? positivePoint : negativePoint }
        if let box = prompt.box {
            positions += [box.topLeft, box.bottomRight]
            kinds += [topLeftCorner, bottomRightCorner]
        }
        guard !positions.isEmpty else { return nil }
        // From the pixel's number to its centre.
        let coordinates = positions.flatMap {
            [(Float($0.x) + 0.5) / Float(side), (Float($0.y) + 0.5) / Float(side)]
        }
        let encoded = position(Tensor(coordinates, shape: [positions.count, 2])) + Tensor.concatenated(kinds, axis: 0)
        return prompt.box == nil ? Tensor.concatenated([encoded, paddingPoint], axis: 0) : encoded
    }
}
