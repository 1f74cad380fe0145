import Tensors

extension Image {
    /// The picture at another size; the sides are scaled independently.
    ///
    /// **Matches:** Pillow's `resize`, byte for byte. **Complexity:** about `3 * height * newWidth * taps` multiply-adds
    /// for the columns and `3 * newHeight * newWidth * taps` for the rows.
    /// - Precondition: neither the picture nor `size` is empty.
    public func resized(to size: ImageSize, filter: ResamplingFilter) -> Image {
        checkResize(from: self.size, to: size)
        return Image(
            size: size, pixels: Resampling.resize(pixels, channels: 3, from: self.size, to: size, filter: filter))
    }

    /// The middle square of the picture at the size that has this shorter side: what ``resized(to:filter:)`` to that size and
    /// ``centerCropped(to:)`` give, byte for byte. Nothing is computed outside of the square, however long the longer side.
    ///
    /// **Matches:** torchvision's `Resize(side)` and `CenterCrop(side)` of Pillow pictures.
    /// - Precondition: the picture is not empty, and `side` is positive.
    public func centerSquare(side: Int, filter: ResamplingFilter) -> Image {
        let whole = Self.size(of: size, withShorterSide: side)
        let square = ImageSize(width: side, height: side)
        return Image(
            size: square,
            pixels: Resampling.resize(
                pixels, channels: 3, from: size, to: whole, filter: filter, keeping: square.centered(in: whole)))
    }
}

extension GreyImage {
    /// The picture at another size; the sides are scaled independently.
    ///
    /// **Matches:** Pillow's `resize` of mode `L`, byte for byte.
    /// - Precondition: neither the picture nor `size` is empty.
    public func resized(to size: ImageSize, filter: ResamplingFilter) -> GreyImage {
        checkResize(from: self.size, to: size)
        return GreyImage(
            size: size, values: Resampling.resize(values, channels: 1, from: self.size, to: size, filter: filter))
    }
}

extension Mask {
    /// The mask at another size, each pixel taken from the one under its centre.
    ///
    /// - Precondition: neither the mask nor `size` is empty.
    public func resized(to size: ImageSize) -> Mask {
        checkResize(from: self.size, to: size)
        let columns = Resampling.nearestIndices(self.size.width, size.width)
        let rows = Resampling.nearestIndices(self.size.height, size.height)
        return Mask(size: size, values: rows.flatMap { row in columns.map { values[row * self.size.width + $0] } })
    }
}

private func checkResize(from source: ImageSize, to destination: ImageSize) {
    require(!source.isEmpty && !destination.isEmpty, "resized: cannot resize from \(source) to \(destination)")
}
