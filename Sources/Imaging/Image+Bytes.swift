extension Image {
    /// A picture from raw bytes that come from outside: a camera, a socket, another library.
    ///
    /// - Parameters:
    ///   - width: columns.
    ///   - height: rows.
    ///   - rgb: `[height, width, 3]`: red, green and blue of each pixel, rows from the top, nothing between them.
    /// - Throws: ``RasterError`` for sides that hold no pixel, and for another number of bytes than they need.
    public init(width: Int, height: Int, rgb: [UInt8]) throws(RasterError) {
        let (pixels, isTooLarge) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, !isTooLarge, pixels <= RasterError.mostPixels else {
            throw .unusableSides(width: width, height: height)
        }
        guard rgb.count == 3 * pixels else { throw .unexpectedCount(found: rgb.count, expected: 3 * pixels) }
        self.init(size: ImageSize(width: width, height: height), pixels: rgb)
    }
}

/// Why raw bytes are no picture.
public enum RasterError: Error, Hashable, Sendable {
    /// Sides below 1, or that multiply to more pixels than any memory holds.
    case unusableSides(width: Int, height: Int)
    /// Not three bytes for each pixel.
    case unexpectedCount(found: Int, expected: Int)

    static let mostPixels = 1 << 40
}

extension RasterError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .unusableSides(let width, let height):
            "a picture cannot have sides of \(width) and \(height) pixels: give its width and height, each at least 1"
        case .unexpectedCount(let found, let expected):
            "\(found) bytes are given where the sides need \(expected): give three bytes a pixel, red, green and blue, "
                + "without gaps between rows"
        }
    }
}
