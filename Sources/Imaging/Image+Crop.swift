import Tensors

extension Image {
    /// The pixels inside `box`.
    ///
    /// - Precondition: the box lies inside the picture and holds at least one pixel.
    public func cropped(to box: ImageBox) -> Image {
        require(
            box.x0 >= 0 && box.y0 >= 0 && box.x1 < size.width && box.y1 < size.height && box.width > 0
                && box.height > 0, "cropped: \(box) does not fit into \(size)")
        var output: [UInt8] = []
        output.reserveCapacity(3 * box.width * box.height)
        for y in box.y0...box.y1 {
            let start = 3 * (y * size.width + box.x0)
            output.append(contentsOf: pixels[start..<start + 3 * box.width])
        }
        return Image(size: ImageSize(width: box.width, height: box.height), pixels: output)
    }

    /// The middle of the picture. An odd remainder is split by rounding half to even, as torchvision's `center_crop`.
    ///
    /// - Precondition: `size` fits into the picture and is not empty.
    public func centerCropped(to size: ImageSize) -> Image {
        require(
            !size.isEmpty && size.width <= self.size.width && size.height <= self.size.height,
            "centerCropped: \(size) does not fit into \(self.size)")
        let left = Int((Double(self.size.width - size.width) / 2).rounded(.toNearestOrEven))
        let top = Int((Double(self.size.height - size.height) / 2).rounded(.toNearestOrEven))
        return cropped(to: ImageBox(x0: left, y0: top, x1: left + size.width - 1, y1: top + size.height - 1))
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
