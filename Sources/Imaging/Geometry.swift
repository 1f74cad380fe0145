import Tensors

/// Width and height of a picture, in pixels.
public struct ImageSize: Hashable, Sendable, Encodable, CustomStringConvertible {
    /// Columns.
    public var width: Int
    /// Rows.
    public var height: Int

    /// - Precondition: neither side is negative.
    public init(width: Int, height: Int) {
        require(width >= 0 && height >= 0, "ImageSize: \(width) x \(height) has a negative side")
        self.width = width
        self.height = height
    }

    /// Width times height.
    ///
    /// A file's header may claim sides of 2^31 pixels, so the number may be that of a picture that no memory holds.
    ///
    /// - Precondition: an `Int` holds it.
    public var pixelCount: Int {
        let (count, isTooLarge) = width.multipliedReportingOverflow(by: height)
        require(!isTooLarge, "ImageSize: \(self) are more pixels than can be counted")
        return count
    }

    /// Whether there is no pixel.
    public var isEmpty: Bool { width == 0 || height == 0 }

    /// The rows from the top in portions of about a million pixels: what is made or written strip by strip takes no more
    /// memory for a large picture than for a small one.
    package var strips: [Range<Int>] {
        let rows = max(1, (1 << 20) / max(1, width))
        return stride(from: 0, to: height, by: rows).map { $0..<min(height, $0 + rows) }
    }

    /// Where the pixels of some rows stand in a row-major array.
    package func indices(ofRows rows: Range<Int>) -> Range<Int> { rows.lowerBound * width..<rows.upperBound * width }

    public var description: String { "\(width) x \(height)" }
}

extension ImageSize: Decodable {
    private enum CodingKeys: String, CodingKey { case width, height }

    /// - Throws: A `DecodingError` for a negative side, and for more pixels than can be counted.
    public init(from decoder: any Decoder) throws {
        let sides = try decoder.container(keyedBy: CodingKeys.self)
        let (width, height) = (try sides.decode(Int.self, forKey: .width), try sides.decode(Int.self, forKey: .height))
        guard let size = ImageSize(readWidth: width, height: height) else {
            throw DecodingError.dataCorruptedError(
                forKey: .width, in: sides, debugDescription: "no picture is \(width) x \(height)")
        }
        self = size
    }

    /// Sides from elsewhere; nil for a negative one, and for more pixels than can be counted.
    init?(readWidth width: Int, height: Int) {
        if width < 0 || height < 0 || width.multipliedReportingOverflow(by: height).overflow { return nil }
        self.init(width: width, height: height)
    }
}

/// A place in the original picture, in pixels: x to the right, y down. Whole numbers are pixel centres, so that
/// `ImagePoint(x: 0, y: 0)` is the middle of the top left pixel.
public struct ImagePoint: Hashable, Sendable, Codable {
    /// Pixels to the right.
    public var x: Double
    /// Pixels down.
    public var y: Double

    /// A place from its two coordinates.
    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    /// Euclidean distance in pixels.
    public func distance(to other: ImagePoint) -> Double {
        let (dx, dy) = (x - other.x, y - other.y)
        return (dx * dx + dy * dy).squareRoot()
    }

    /// The same place in another raster of the same picture: pixel edges are kept, so centres move by
    /// `(x + 0.5) * scale - 0.5`.
    public func mapped(from source: ImageSize, to destination: ImageSize) -> ImagePoint {
        require(!source.isEmpty, "ImagePoint.mapped: the source raster is empty (\(source))")
        return ImagePoint(
            x: (x + 0.5) * Double(destination.width) / Double(source.width) - 0.5,
            y: (y + 0.5) * Double(destination.height) / Double(source.height) - 0.5)
    }
}

/// A rectangle of pixels of the original picture. Both corners are pixel indices that belong to the box.
public struct ImageBox: Hashable, Sendable, Codable {
    /// Leftmost column.
    public var x0: Int
    /// Top row.
    public var y0: Int
    /// Rightmost column, inside the box.
    public var x1: Int
    /// Bottom row, inside the box.
    public var y1: Int

    /// A box from its corner pixels, which both belong to it.
    public init(x0: Int, y0: Int, x1: Int, y1: Int) {
        self.x0 = x0
        self.y0 = y0
        self.x1 = x1
        self.y1 = y1
    }

    /// Columns covered; zero or less when the corners are the wrong way round.
    public var width: Int { Self.extent(x0, x1) }

    /// Rows covered; zero or less when the corners are the wrong way round.
    public var height: Int { Self.extent(y0, y1) }

    private static func extent(_ first: Int, _ last: Int) -> Int {
        let (difference, isTooLarge) = last.subtractingReportingOverflow(first)
        return isTooLarge ? (last < first ? .min : .max) : difference.saturating(adding: 1)
    }

    /// Whether a pixel lies in the box.
    public func contains(x: Int, y: Int) -> Bool { x >= x0 && x <= x1 && y >= y0 && y <= y1 }

    /// The box grown by `pixels` on every side and cut at the border of a picture of `size`.
    public func grown(by pixels: Int, within size: ImageSize) -> ImageBox {
        let pixels = max(pixels, -Int.max)
        return ImageBox(
            x0: max(0, x0.saturating(adding: -pixels)), y0: max(0, y0.saturating(adding: -pixels)),
            x1: min(size.width - 1, x1.saturating(adding: pixels)),
            y1: min(size.height - 1, y1.saturating(adding: pixels)))
    }
}

extension Int {
    /// The sum, or the nearest number that there is. A caller's box may have corners anywhere.
    fileprivate func saturating(adding other: Int) -> Int {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? (other < 0 ? .min : .max) : sum
    }
}
