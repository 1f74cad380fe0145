import Tensors

/// A colour picture: 8-bit red, green and blue, interleaved, rows from the top.
///
/// `pixels` is `[height, width, 3]`, row-major, without padding between the rows. Values are display values (sRGB as
/// the file stored them); nothing is linearised.
public struct Image: Hashable, Sendable {
    /// Width and height in pixels.
    public let size: ImageSize
    /// Red, green and blue of each pixel.
    public private(set) var pixels: [UInt8]

    /// - Precondition: `pixels` holds `3 * width * height` bytes.
    public init(size: ImageSize, pixels: [UInt8]) {
        require(
            pixels.count % 3 == 0 && pixels.count / 3 == size.pixelCount,
            "Image: \(size) needs three bytes for each pixel, got \(pixels.count)")
        self.size = size
        self.pixels = pixels
    }

    /// A picture of one colour.
    public init(size: ImageSize, filledWith colour: Color) {
        require(size.pixelCount <= Int.max / 3, "Image: \(size) are more pixels than any memory holds")
        var pixels = [UInt8](repeating: 0, count: 3 * size.pixelCount)
        for index in 0..<size.pixelCount {
            pixels[3 * index] = colour.red
            pixels[3 * index + 1] = colour.green
            pixels[3 * index + 2] = colour.blue
        }
        self.init(size: size, pixels: pixels)
    }

    /// The colour of one pixel.
    ///
    /// - Precondition: the pixel lies inside the picture.
    public subscript(x x: Int, y y: Int) -> Color {
        get {
            let first = offset(x: x, y: y)
            return Color(red: pixels[first], green: pixels[first + 1], blue: pixels[first + 2])
        }
        set {
            let first = offset(x: x, y: y)
            pixels[first] = newValue.red
            pixels[first + 1] = newValue.green
            pixels[first + 2] = newValue.blue
        }
    }

    /// Replaces part of a row.
    ///
    /// - Precondition: `bytes` are whole pixels that fit into the row.
    mutating func replacePixels(fromX x: Int, y: Int, with bytes: ArraySlice<UInt8>) {
        if bytes.isEmpty { return }
        let first = offset(x: x, y: y)
        require(
            bytes.count % 3 == 0 && x + bytes.count / 3 <= size.width,
            "replacePixels: \(bytes.count) bytes from column \(x) do not fit into \(size)")
        pixels.replaceSubrange(first..<first + bytes.count, with: bytes)
    }

    private func offset(x: Int, y: Int) -> Int {
        require(
            x >= 0 && x < size.width && y >= 0 && y < size.height, "Image: pixel (\(x), \(y)) is outside \(size)")
        return 3 * (y * size.width + x)
    }
}

/// An 8-bit display colour.
public struct Color: Hashable, Sendable {
    /// Share of red.
    public var red: UInt8
    /// Share of green.
    public var green: UInt8
    /// Share of blue.
    public var blue: UInt8

    /// A colour from its three channels, 0 to 255.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// All channels at 0.
    public static let black = Color(red: 0, green: 0, blue: 0)
    /// All channels at 255.
    public static let white = Color(red: 255, green: 255, blue: 255)
}
