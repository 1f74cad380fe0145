public import Imaging
public import Tensors

extension CLIPConfiguration {
    /// A picture for dense features: squashed to a square, so that nothing is cut off, then
    /// `(value / 255 - mean) / standardDeviation`.
    ///
    /// - Parameters:
    ///   - image: of any size above 0.
    ///   - size: side of the square in pixels, a multiple of the patch; the model's own when nil.
    /// - Returns: `[3, size, size]`.
    /// - Throws: `CLIPError.emptyPicture`, `.unusableSide`.
    ///
    /// **Matches:** Pillow's bicubic `resize`, torchvision's `Normalize`.
    public func preparation(for image: Image, size: Int? = nil) throws(CLIPError) -> Tensor {
        try prepared(image, size, .squash)
    }

    /// A picture for the vector of the whole picture, as the model's makers prepare it: resized by `resizing`. With most
    /// models this cuts off what is outside of the middle square.
    ///
    /// - Parameters:
    ///   - image: of any size above 0.
    ///   - size: side of the square in pixels, a multiple of the patch; the model's own when nil.
    /// - Returns: `[3, size, size]`.
    /// - Throws: `CLIPError.emptyPicture`, `.unusableSide`.
    ///
    /// **Matches:** torchvision's `Resize`, `CenterCrop` and `Normalize`, as in `clip.load` and open_clip.
    public func wholePicturePreparation(for image: Image, size: Int? = nil) throws(CLIPError) -> Tensor {
        try prepared(image, size, resizing)
    }

    private func prepared(_ image: Image, _ size: Int?, _ resizing: Resizing) throws(CLIPError) -> Tensor {
        guard !image.size.isEmpty else { throw .emptyPicture(image.size) }
        let side = size ?? imageSize
        guard (1...Self.largestSide).contains(side), side % patch == 0 else {
            throw .unusableSide(side, patch: patch)
        }
        let square = ImageSize(width: side, height: side)
        let prepared: Image
        switch resizing {
        case .squash: prepared = image.size == square ? image : image.resized(to: square, filter: .bicubic)
        case .shortestSideAndCrop: prepared = image.centerSquare(side: side, filter: .bicubic)
        }
        return prepared.normalizedTensor(mean: mean, standardDeviation: standardDeviation)
    }
}
