public import Imaging

/// What JSON says of a tile: a part of a picture that was looked at as a picture of its own.
public struct TileRecord: Hashable, Sendable, Codable {
    /// Where it lies; pixels of the picture.
    public var box: ImageBox
    /// CLIP's score of the tile as a whole, 0...1.
    public var clipScore: Float
    /// The largest value of its final map.
    public var fusedPeak: Float
    /// How many of the groups are its own.
    public var groups: Int
    /// Why SAM was not asked; nil where it was.
    public var omission: AnomalyResult.Omission?

    init(_ tile: AnomalyTile) {
        box = tile.box
        clipScore = tile.result.clipScore
        fusedPeak = tile.result.fusedPeak
        groups = tile.result.prompts.groups.count
        omission = tile.result.omission
    }
}

/// Where a tile lies among the others, for what stands in its own frame.
struct TilePlace {
    let index: Int
    let box: ImageBox
    /// The number of groups before it.
    let firstGroup: Int

    func moved(_ box: ImageBox) -> ImageBox {
        ImageBox(
            x0: box.x0 + self.box.x0, y0: box.y0 + self.box.y0, x1: box.x1 + self.box.x0, y1: box.y1 + self.box.y0)
    }

    func moved(_ point: ImagePoint) -> ImagePoint {
        ImagePoint(x: point.x + Double(box.x0), y: point.y + Double(box.y0))
    }
}
