public import Tensors

extension SAMModel {
    /// The image encoder alone, for pixels that were prepared before.
    ///
    /// - Parameter pixels: `[3, side, side]`, from ``prepare(_:)`` or made as it makes them.
    /// - Returns: `[channels, rows, columns]`.
    /// - Throws: ``SAMError/unusablePixels(found:expected:)``.
    public func encode(_ pixels: Tensor) throws(SAMError) -> Tensor {
        try checkSquare(pixels)
        return try imageEncoder(pixels, CancellableSteps(throwing: SAMError.cancelled))
    }

    /// That pixels have the shape that the encoder takes.
    func checkSquare(_ pixels: Tensor) throws(SAMError) {
        let expected: Shape = [3, configuration.side, configuration.side]
        guard pixels.shape == expected else { throw .unusablePixels(found: pixels.shape, expected: expected) }
    }
}
