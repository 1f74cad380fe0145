public import Imaging

/// What JSON says of a part of the map that stands out.
public struct RegionRecord: Hashable, Sendable, Codable {
    /// Pixels of the picture.
    public var box: ImageBox
    /// Pixels of the map.
    public var areaMapPixels: Int
    /// Its highest n: the map on the scale of the thresholds, 0...1.
    public var peakHeat: Float
}

/// What JSON says of a region of the map that became no group.
public struct RejectedRegionRecord: Hashable, Sendable, Codable {
    /// The region.
    public var region: RegionRecord
    /// Why it became none.
    public var reason: RejectedRegion.Reason

    init(_ rejected: RejectedRegion, in tile: TilePlace? = nil) {
        region = RegionRecord(
            box: tile?.moved(rejected.box) ?? rejected.box, areaMapPixels: rejected.area, peakHeat: rejected.peakHeat)
        reason = rejected.reason
    }
}
