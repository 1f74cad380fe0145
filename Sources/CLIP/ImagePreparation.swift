public import Imaging
public import Tensors

extension CLIPConfiguration {
    /// A picture as the image tower takes it: brought to a square, then `(value / 255 - mean) / deviation`.
    ///
    /// - Parameters:
    ///   - image: of any size above 0.
    ///   - size: side of the square in pixels, a multiple of the patch; the model's own when nil.
    /// - Returns: `[3, size, size]`.
    ///
    /// **Matches:** Pillow's bicubic `resize`, torchvision's `Resize`, `CenterCrop` and `Normalize`.
    public func preparation(for image: Image, size: Int? = nil) -> Tensor {
        let side = size ?? imageSize
        precondition(
            side > 0 && side % patch == 0, "preparation: side \(side) is not a multiple of the patch \(patch)")
        let square = ImageSize(width: side, height: side)
        let prepared: Image
        switch resizing {
        case .squash:
            prepared = image.size == square ? image : image.resized(to: square, filter: .bicubic)
        case .shortestSideAndCrop:
            prepared = image.resized(to: Image.size(of: image.size, withShorterSide: side), filter: .bicubic)
                .centerCropped(to: square)
        }
        return prepared.normalizedTensor(mean: mean, std: standardDeviation)
    }
}
