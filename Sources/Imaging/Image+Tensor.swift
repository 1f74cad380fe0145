public import Tensors

extension Image {
    /// The picture as network input: `(value / 255 - mean) / standardDeviation` for each channel.
    ///
    /// - Parameters:
    ///   - mean: red, green, blue, on the scale 0...1.
    ///   - standardDeviation: of the same channels, on the same scale.
    /// - Returns: `[3, height, width]`.
    /// - Precondition: three means, three deviations, none of them zero.
    public func normalizedTensor(mean: [Float], standardDeviation: [Float]) -> Tensor {
        require(
            mean.count == 3 && standardDeviation.count == 3 && !standardDeviation.contains(0),
            "normalizedTensor: needs three means and three non-zero deviations, got \(mean) and \(standardDeviation)")
        let plane = size.pixelCount
        return Tensor(uninitialized: [3, size.height, size.width]) { output in
            for channel in 0..<3 {
                // 256 possible bytes, so the division happens in a table.
                let table = (0..<256).map { (Float($0) / 255 - mean[channel]) / standardDeviation[channel] }
                pixels.withUnsafeBufferPointer { pixels in
                    table.withUnsafeBufferPointer { table in
                        for index in 0..<plane {
                            output[channel * plane + index] = table[Int(pixels[3 * index + channel])]
                        }
                    }
                }
            }
        }
    }
}

extension ScoreMap {
    /// The map at another size: torch's bilinear `interpolate` with corners not aligned, in Float.
    ///
    /// - Parameters:
    ///   - size: the new width and height, in pixels.
    ///   - antialias: widen the filter where a side shrinks.
    /// - Precondition: neither the map nor `size` is empty.
    public func resized(to size: ImageSize, antialias: Bool = false) -> ScoreMap {
        require(!self.size.isEmpty && !size.isEmpty, "resized: cannot resize from \(self.size) to \(size)")
        if size == self.size { return self }
        return ResizedMap(self, to: size, antialias: antialias).map
    }

    /// `[height, width]`.
    public var tensor: Tensor { Tensor(values, shape: [size.height, size.width]) }

    /// - Precondition: `tensor` is `[height, width]`.
    public init(_ tensor: Tensor) {
        require(tensor.shape.rank == 2, "ScoreMap: needs a [height, width] tensor, got \(tensor.shape)")
        self.init(size: ImageSize(width: tensor.shape[1], height: tensor.shape[0]), values: tensor.values)
    }
}
