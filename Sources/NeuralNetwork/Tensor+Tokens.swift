package import Tensors

extension Tensor {
    /// One token of each element: `[batch, tokens, width]` to `[batch, width]`.
    package func tokens(_ kept: [Int]) -> Tensor {
        require(shape.rank == 3 && kept.count == shape[0], "\(kept.count) tokens of shape \(shape)")
        return reshaped(to: [shape[0] * shape[1], shape[2]])
            .gathered(rows: kept.enumerated().map { $0.offset * shape[1] + $0.element })
    }
}
