public import CLIP
public import NeuralNetwork
public import Tensors

/// Where each token of CLIP's image tower looks, head by head, and what that comes to over all blocks.
///
/// Token 0 is the class token; the patches follow row by row.
public struct AttentionMaps: Sendable {
    /// How heads are joined to one.
    public enum HeadFusion: String, Hashable, Codable, Sendable, CaseIterable {
        /// Their mean, as in the paper.
        case mean
        /// The largest weight of any head.
        case maximum
        /// The smallest.
        case minimum
    }

    /// How the patches lie.
    public let grid: PatchGrid
    /// One for each block: `[heads, tokens, tokens]`, the query first. Each row sums to 1.
    public let blocks: [Tensor]

    /// Looks at one picture.
    ///
    /// - Parameters:
    ///   - pixels: `[1, 3, height, columns]`, prepared as for `CLIPModel.encodeImage`.
    ///   - clip: the model.
    ///   - editing: what is replaced on the way, as for `CLIPModel.encodeImage(_:observing:editing:)`.
    /// - Throws: ``IntrospectionError/clip(_:)``, ``IntrospectionError/notOnePicture(found:)``.
    public init(
        of pixels: Tensor, in clip: CLIPModel, editing: [String: ActivationEdit] = [:]
    ) throws(IntrospectionError) {
        let grid = try PatchGrid(of: pixels, in: clip)
        let names = (0..<clip.configuration.visionLayers).map { CLIPModel.imageBlock($0) + ".attn.weights" }
        let seen = try clip.seen(pixels, names, editing)
        var blocks: [Tensor] = []
        for name in names { blocks.append(try seen.handed(name).element(0)) }
        try self.init(blocks: blocks, grid: grid)
    }

    /// Weights that were taken before, such as those of one call that observed more.
    ///
    /// - Parameters:
    ///   - blocks: `[heads, tokens, tokens]` each, with one token more than the grid has patches.
    ///   - grid: how the patches lie.
    /// - Throws: ``IntrospectionError/unexpectedShape(found:expected:)``.
    public init(blocks: [Tensor], grid: PatchGrid) throws(IntrospectionError) {
        let tokens = grid.patches + 1
        for weights in blocks {
            let shape = weights.shape
            guard shape.rank == 3, shape[0] > 0, shape[1] == tokens, shape[2] == tokens else {
                throw .unexpectedShape(found: shape, expected: "attention weights [heads, \(tokens), \(tokens)]")
            }
        }
        self.blocks = blocks
        self.grid = grid
    }

    /// Where a token looks among the patches in one head: `[rows, columns]`. The rest of the row's sum, what it looks at the
    /// class token, is left out.
    ///
    /// - Parameters:
    ///   - block: counted from 0.
    ///   - head: counted from 0.
    ///   - token: 0 for the class token.
    /// - Throws: ``IntrospectionError/noSuch(kind:index:last:)``.
    public func map(block: Int, head: Int, token: Int = 0) throws(IntrospectionError) -> Tensor {
        try IntrospectionError.check(block, .block, below: blocks.count)
        try IntrospectionError.check(head, .head, below: blocks[block].shape[0])
        try IntrospectionError.check(token, .token, below: grid.patches + 1)
        return try patches(of: blocks[block].element(head).element(token))
    }

    /// The attention of all blocks together: how much of what stands in each token at the end came from each patch.
    ///
    /// The heads of a block are joined; half of the result is mixed with half of the identity, because the residual stream
    /// carries each token past the attention; each row is brought to the sum 1; the matrices are multiplied, the last block
    /// first. Values, output maps and feed-forward parts are not looked at.
    ///
    /// - Parameter fusion: how heads are joined.
    /// - Returns: `[tokens, tokens]`, rows summing to 1; ``patches(of:)`` brings row 0 into the picture.
    ///
    /// **Source:** Abnar and Zuidema, Quantifying Attention Flow in Transformers, 2020.
    public func rollout(_ fusion: HeadFusion = .mean) -> Tensor {
        let tokens = grid.patches + 1
        let identity = Tensor((0..<tokens * tokens).map { $0 % (tokens + 1) == 0 ? 1 : 0 }, shape: [tokens, tokens])
        return blocks.reduce(identity) { flow, weights in
            let mixed = (Self.joined(weights, fusion) + identity) * 0.5
            return (mixed / mixed.sum(axis: -1, keepsAxis: true)).matrixProduct(flow)
        }
    }

    /// The patches' part of a row over all tokens, `[tokens]`, as they lie in the picture: `[rows, columns]`.
    ///
    /// - Throws: ``IntrospectionError/unexpectedShape(found:expected:)`` for another number of values.
    public func patches(of row: Tensor) throws(IntrospectionError) -> Tensor {
        guard row.shape == [grid.patches + 1] else {
            throw .unexpectedShape(found: row.shape, expected: "a value for each token, [\(grid.patches + 1)]")
        }
        return row.slice(1..<grid.patches + 1).reshaped(to: [grid.rows, grid.columns])
    }

    private static func joined(_ weights: Tensor, _ fusion: HeadFusion) -> Tensor {
        switch fusion {
        case .mean: weights.mean(axis: 0)
        case .maximum: weights.maximum(axis: 0)
        case .minimum: -(-weights).maximum(axis: 0)
        }
    }
}
