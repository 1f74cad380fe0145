public import CLIP
public import NeuralNetwork
public import SegmentAnything
public import Tensors

/// How alike the patches of a picture are, each with each: cosines of their vectors.
public struct PatchSimilarity: Sendable {
    /// How the patches lie.
    public let grid: PatchGrid
    /// `[patches, patches]`, -1...1, symmetric, with 1 on the diagonal.
    public let cosines: Tensor

    /// Vectors of patches, whatever they are: tokens, keys, features.
    ///
    /// - Parameters:
    ///   - vectors: `[patches, width]`. A vector of zeros is like none.
    ///   - grid: how the patches lie.
    /// - Throws: ``IntrospectionError/unexpectedShape(found:expected:)``.
    public init(_ vectors: Tensor, grid: PatchGrid) throws(IntrospectionError) {
        guard vectors.shape.rank == 2, vectors.shape[0] == grid.patches else {
            throw .unexpectedShape(found: vectors.shape, expected: "a vector for each patch, [\(grid.patches), width]")
        }
        let directions = vectors.l2Normalized(epsilon: 1e-12)
        cosines = directions.matrixProduct(directions, transposingOther: true).clamped(to: -1...1)
        self.grid = grid
    }

    /// The patches of one picture behind a block of CLIP's image tower, in the residual stream.
    ///
    /// - Parameters:
    ///   - pixels: `[1, 3, height, columns]`, prepared as for `CLIPModel.encodeImage`.
    ///   - clip: the model.
    ///   - block: counted from 0.
    ///   - editing: what is replaced on the way.
    /// - Throws: ``IntrospectionError``.
    public init(
        of pixels: Tensor, in clip: CLIPModel, block: Int, editing: [String: ActivationEdit] = [:]
    ) throws(IntrospectionError) {
        try IntrospectionError.check(block, .block, below: clip.configuration.visionLayers)
        let grid = try PatchGrid(of: pixels, in: clip)
        let name = CLIPModel.imageBlock(block)
        let tokens = try clip.seen(pixels, [name], editing).handed(name).element(0)
        try self.init(tokens.slice(1..<grid.patches + 1), grid: grid)
    }

    /// The same behind every block, in the order of the tower, by one pass.
    public static func behindBlocks(
        of pixels: Tensor, in clip: CLIPModel, editing: [String: ActivationEdit] = [:]
    ) throws(IntrospectionError) -> [PatchSimilarity] {
        let grid = try PatchGrid(of: pixels, in: clip)
        let names = (0..<clip.configuration.visionLayers).map(CLIPModel.imageBlock)
        let seen = try clip.seen(pixels, names, editing)
        var found: [PatchSimilarity] = []
        for name in names {
            found.append(try PatchSimilarity(seen.handed(name).element(0).slice(1..<grid.patches + 1), grid: grid))
        }
        return found
    }

    /// The cells of SAM's embedding that lie on the picture.
    public init(of embedding: ImageEmbedding) {
        let features = embedding.features
        let part = features.sliced(axis: 1, 0..<embedding.validRows).sliced(axis: 2, 0..<embedding.validColumns)
        let vectors = part.reshaped(to: [features.shape[0], -1]).transposed().l2Normalized(epsilon: 1e-12)
        grid = PatchGrid(rows: embedding.validRows, columns: embedding.validColumns)
        cosines = vectors.matrixProduct(vectors, transposingOther: true).clamped(to: -1...1)
    }

    /// How alike all patches are to one: `[rows, columns]`.
    ///
    /// - Parameter patch: counted from 0, row by row.
    /// - Throws: ``IntrospectionError/noSuch(kind:index:last:)``.
    public func map(of patch: Int) throws(IntrospectionError) -> Tensor {
        try IntrospectionError.check(patch, .token, below: grid.patches)
        return cosines.element(patch).reshaped(to: [grid.rows, grid.columns])
    }
}
