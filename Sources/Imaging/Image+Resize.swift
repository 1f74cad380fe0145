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
        let columns = Resampling.nearestIndices(source: self.size.width, destination: size.width)
        let rows = Resampling.nearestIndices(source: self.size.height, destination: size.height)
        return Mask(size: size, values: rows.flatMap { row in columns.map { values[row * self.size.width + $0] } })
    }
}

private func checkResize(from source: ImageSize, to destination: ImageSize) {
    require(!source.isEmpty && !destination.isEmpty, "resized: cannot resize from \(source) to \(destination)")
}
