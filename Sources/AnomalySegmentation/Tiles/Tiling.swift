public import Imaging

/// How a large picture is cut into overlapping tiles.
///
/// A model sees every picture at its own input size: in a picture of 8,000 pixels, a defect of 20 is less than one of
/// these. Tiles show it as large as it is. What lies on the border of one tile lies inside of another, where the overlap
/// is as large as a defect.
public struct Tiling: Hashable, Sendable, Codable {
    /// Width and height of a tile, pixels of the picture. A picture that is smaller in a direction has one tile there.
    public var side: Int
    /// The least number of pixels that neighbouring tiles share, at most half of the side.
    public var overlap: Int

    /// Tiles of `side` pixels that share at least `overlap`.
    public init(side: Int, overlap: Int) {
        self.side = side
        self.overlap = overlap
    }

    /// Checks both numbers.
    ///
    /// - Throws: ``AnomalySegmentationError/invalidConfiguration(field:value:expected:)``.
    public func validate() throws(AnomalySegmentationError) {
        let check = ConfigurationCheck("tiling")
        try check.count("side", side, in: 32...100_000)
        try check.count("overlap", overlap, in: 0...side / 2)
    }

    /// The tiles of a picture, row by row. All have the same size and together they cover it.
    ///
    /// - Throws: ``AnomalySegmentationError`` for a number out of its range, and for a size without a pixel.
    public func tiles(of size: ImageSize) throws(AnomalySegmentationError) -> [ImageBox] {
        try validate()
        guard !size.isEmpty else { throw .emptyPicture(size) }
        return TileGrid(self, size).boxes
    }

    /// Whether a picture is one tile, so that it is looked at as a whole.
    public func isWhole(_ size: ImageSize) -> Bool { max(size.width, size.height) <= side }
}
