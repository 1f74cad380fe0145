/// What JSON says of a mask.
public struct MaskRecord: Hashable, Sendable, Codable {
    /// Pixels.
    public var area: Int
    /// The smallest box around them; nil for a mask without pixels.
    public var box: ImageBox?
    /// The pixels themselves; nil where something beside the JSON holds them, such as a PNG.
    public var runs: RunLengthMask?

    /// A mask whose pixels stand elsewhere.
    public init(area: Int, box: ImageBox?) { (self.area, self.box) = (area, box) }

    /// Area and box of a mask, whose pixels stand elsewhere.
    public init(_ mask: Mask) { self.init(area: mask.area, box: mask.boundingBox) }

    /// A mask with its pixels.
    public init(_ runs: RunLengthMask) {
        self.init(area: runs.area, box: runs.boundingBox)
        self.runs = runs
    }
}
