public import Tensors

extension SAMModel {
    /// The image encoder alone, for pixels that were prepared before.
    ///
    /// - Parameter pixels: `[3, side, side]`, from ``prepare(_:)`` or made as it makes them.
    /// - Returns: `[channels, rows, columns]`.
    /// - Precondition: the shape.
    public func encode(_ pixels: Tensor) -> Tensor {
        requireSquare(pixels)
        return imageEncoder(pixels)
    }

    /// The shape that the encoder takes.
    func requireSquare(_ pixels: Tensor) {
        let side = configuration.side
        precondition(pixels.shape == [3, side, side], "encode takes [3, \(side), \(side)], not \(pixels.shape)")
    }
}
