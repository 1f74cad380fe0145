import NeuralNetwork
import Tensors

extension ImageTower {
    /// Patch tokens after chosen blocks.
    ///
    /// From the block that `attention` names on, there are two streams of tokens. The ordinary one is the tower as it was
    /// trained. The dense one takes only the attention of values with values. Each block projects queries, keys and values
    /// of the ordinary stream once, for both.
    ///
    /// - Parameters:
    ///   - pixels: `[1, 3, height, columns]`.
    ///   - layers: blocks counted from 1, each at most the tower's depth.
    func denseFeatures<Failure>(
        _ pixels: Tensor, layers: [Int], attention: DenseAttention, _ steps: CancellableSteps<Failure>
    ) throws(Failure) -> DenseFeatures {
        try Profile.layer(path) { () throws(Failure) -> DenseFeatures in
            try features(pixels, layers: layers, attention: attention, steps)
        }
    }

    private func features<Failure>(
        _ pixels: Tensor, layers: [Int], attention: DenseAttention, _ steps: CancellableSteps<Failure>
    ) throws(Failure) -> DenseFeatures {
        let (start, gridHeight, gridWidth) = try steps { tokens(pixels) }
        var firstDenseBlock = blocks.count + 1
        if case .valueValue(let firstBlock) = attention { firstDenseBlock = firstBlock }
        var ordinary = start
        var dense = start
        var chosen: [Int: Tensor] = [:]
        for (index, block) in zip(1..., blocks) {
            if index >= firstDenseBlock {
                (ordinary, dense) = try steps { block(ordinary, beside: dense) }
            } else {
                ordinary = try steps { block(ordinary) }
                dense = ordinary
            }
            if layers.contains(index) { chosen[index] = dense.element(0).slice(1..<dense.shape[1]) }
        }
        let classToken = ordinary.element(0).slice(0..<1)
        return DenseFeatures(
            gridHeight: gridHeight, gridWidth: gridWidth, classToken: projection(classToken).element(0),
            rawClassToken: classToken.matrixProduct(projection.matrix).element(0),
            layers: layers.compactMap { index in
                chosen[index].map { DenseFeatures.Layer(index: index, tokens: $0, projection: projection) }
            })
    }
}
