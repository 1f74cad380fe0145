import Imaging

/// The brightness of a picture, from which its lines are found.
struct PictureDetail: Sendable {
    /// Luma by the ITU-R 601 weights, 0...1, on the picture's raster made smaller.
    let luminance: ScoreMap

    /// No side of the raster is longer. A defect that is finer in a large picture is found in its tiles.
    private static let side = 512

    /// The raster of a picture.
    static func size(of picture: ImageSize) -> ImageSize { picture.within(side) }

    init(luminance: ScoreMap) { self.luminance = luminance }

    /// - Parameter image: with a pixel at least.
    init(_ image: Image) {
        let size = Self.size(of: image.size)
        let pixels = size == image.size ? image.pixels : image.resized(to: size, filter: .box).pixels
        self.init(
            luminance: ScoreMap(
                size: size,
                values: [Float](unsafeUninitializedCapacity: size.pixelCount) { values, initialized in
                    pixels.withUnsafeBufferPointer { pixels in
                        for index in 0..<size.pixelCount {
                            let (red, green, blue) = (pixels[3 * index], pixels[3 * index + 1], pixels[3 * index + 2])
                            values[index] = (0.299 * Float(red) + 0.587 * Float(green) + 0.114 * Float(blue)) / 255
                        }
                    }
                    initialized = size.pixelCount
                }))
    }
}
