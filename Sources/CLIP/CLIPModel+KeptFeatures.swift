package import Tensors

// Features that were computed before, by these weights, and come from a file.

extension CLIPModel {
    /// What ``denseFeatures(_:layers:attention:)`` gave for a picture.
    ///
    /// - Parameters:
    ///   - classToken: `[embedding]`.
    ///   - rawClassToken: `[embedding]`.
    ///   - layers: the residual stream after each block, `[gridHeight * gridWidth, width]`, with the block from 1.
    package func denseFeatures(
        gridHeight: Int, gridWidth: Int, classToken: Tensor, rawClassToken: Tensor,
        layers: [(index: Int, tokens: Tensor)]
    ) -> DenseFeatures {
        DenseFeatures(
            gridHeight: gridHeight, gridWidth: gridWidth, classToken: classToken, rawClassToken: rawClassToken,
            layers: layers.map {
                DenseFeatures.Layer(index: $0.index, tokens: $0.tokens, projection: imageTower.projection)
            })
    }
}

extension DenseFeatures {
    /// The same with these blocks alone, in this order; those that are not there are left out.
    package func keeping(_ blocks: [Int]) -> DenseFeatures {
        DenseFeatures(
            gridHeight: gridHeight, gridWidth: gridWidth, classToken: classToken, rawClassToken: rawClassToken,
            layers: blocks.compactMap { block in layers.first { $0.index == block } })
    }
}

extension WindowFeatures {
    /// What ``CLIPModel/windowFeatures(_:sides:)`` gave for a picture.
    package init(gridHeight: Int, gridWidth: Int, classToken: Tensor, windows: [(side: Int, vectors: Tensor)]) {
        self.init(
            gridHeight: gridHeight, gridWidth: gridWidth, classToken: classToken,
            scales: windows.map { Scale(side: $0.side, windows: $0.vectors) })
    }
}
