import Tensors

extension Image {
    /// The pixels inside `box`.
    ///
    /// - Precondition: the box lies inside the picture and holds at least one pixel.
    public func cropped(to box: ImageBox) -> Image {
        require(
            box.x0 >= 0 && box.y0 >= 0 && box.x1 < size.width && box.y1 < size.height && box.width > 0
                && box.height > 0, "cropped: \(box) does not fit into \(size)")
        return Image(
            size: ImageSize(width: box.width, height: box.height),
            pixels: Resampling.cut(
                pixels, channels: 3, from: size, rows: box.y0..<box.y1 + 1, columns: box.x0..<box.x1 + 1))
    }

    /// The middle of the picture. An odd remainder is split by rounding half to even, as torchvision's `center_crop`.
    ///
    /// - Precondition: `size` fits into the picture and is not empty.
    public func centerCropped(to size: ImageSize) -> Image {
        require(
            !size.isEmpty && size.width <= self.size.width && size.height <= self.size.height,
            "centerCropped: \(size) does not fit into \(self.size)")
        return cropped(to: size.centered(in: self.size))
    }

    /// The size whose shorter side is `length`, the longer one scaled along and cut to whole pixels, as torchvision's
    /// `Resize(length)`.
    public static func size(of size: ImageSize, withShorterSide length: Int) -> ImageSize {
        require(!size.isEmpty && length > 0, "size(withShorterSide:): \(size) to \(length)")
        let (shorter, longer) = (min(size.width, size.height), max(size.width, size.height))
        let scaled = Int(Double(length * longer) / Double(shorter))
        return size.width <= size.height
            ? ImageSize(width: length, height: scaled) : ImageSize(width: scaled, height: length)
    }
}

extension ImageSize {
    /// The box of this size in the middle of a larger one.
    func centered(in outer: ImageSize) -> ImageBox {
        let left = Int((Double(outer.width - width) / 2).rounded(.toNearestOrEven))
        let top = Int((Double(outer.height - height) / 2).rounded(.toNearestOrEven))
        return ImageBox(x0: left, y0: top, x1: left + width - 1, y1: top + height - 1)
    }
}
