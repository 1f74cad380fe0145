public import Tensors

/// How patches attend to each other in the later blocks of the image tower.
public enum DenseAttention: Hashable, Sendable {
    /// As the tower was trained.
    case ordinary
    /// V-V attention from the block `firstBlock` on (counted from 1). There, a second stream of tokens runs beside the
    /// ordinary one. Its attention compares values with values instead of queries with keys, and it has no feed-forward
    /// part. Each of its tokens keeps describing its own place in the picture. So patches can be compared with text,
    /// although the tower was trained with its class token only.
    ///
    /// Source: CLIP Surgery (Li et al. 2023) with the last six blocks, AnomalyCLIP (Zhou et al. 2024) with the sixth of
    /// 24.
    case valueValue(firstBlock: Int)

    /// Values with values in the last six of a tower's blocks, as in CLIP Surgery.
    public static func inLastSix(of blocks: Int) -> DenseAttention { .valueValue(firstBlock: max(1, blocks - 5)) }
}

/// The patches of one picture after chosen blocks, and its class token.
public struct DenseFeatures: Sendable {
    /// The patches after one block.
    public struct Layer: Sendable {
        /// The block, counted from 1.
        public let index: Int
        /// The residual stream without the class token, `[patches, width]`; of the second stream where there is one.
        public let tokens: Tensor
        let projection: TokenProjection

        /// The tokens in the space shared with texts: `[patches, embedding]`, not normalised.
        ///
        /// Computed at each call, because many who read tokens never project them.
        public func projected() -> Tensor { projection(tokens) }
    }

    /// Rows of patches.
    public let gridHeight: Int
    /// Patches in a row. Patches are counted row by row from the top left.
    public let gridWidth: Int
    /// The picture as a whole: `[embedding]`, not normalised, from the ordinary stream after the last block.
    public let classToken: Tensor
    /// The same without the last norm: the projection alone, as AnomalyCLIP's published code takes it.
    public let rawClassToken: Tensor
    /// One for each asked block, in the order asked.
    public let layers: [Layer]
}
