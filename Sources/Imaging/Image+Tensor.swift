import Tensors

extension Image {
    /// The picture as a model's input: `(byte / 255 - mean) / std`, colour by colour.
    ///
    /// - Parameters:
    ///   - mean: of red, green and blue, 0...1.
    ///   - std: standard deviation of red, green and blue, 0...1, not zero.
    /// - Returns: `[3, height, width]`.
    ///
    /// Matches: torchvision's `ToTensor` and `Normalize`.
    public func normalizedTensor(mean: [Float], std: [Float]) -> Tensor {
        precondition(mean.count == 3 && std.count == 3, "normalizedTensor takes three means and three deviations")
        let pixelCount = size.pixelCount
        // A byte has few values, so each is computed once.
        let table = (0..<3).flatMap { colour in
            (0...255).map { (Float($0) / 255 - mean[colour]) / std[colour] }
        }
        return Tensor(uninitialized: [3, size.height, size.width]) { target in
            pixels.withUnsafeBufferPointer { pixels in
                table.withUnsafeBufferPointer { table in
                    for pixel in 0..<pixelCount {
                        target[pixel] = table[Int(pixels[3 * pixel])]
                        target[pixelCount + pixel] = table[256 + Int(pixels[3 * pixel + 1])]
                        target[2 * pixelCount + pixel] = table[512 + Int(pixels[3 * pixel + 2])]
                    }
                }
            }
        }
    }
}
