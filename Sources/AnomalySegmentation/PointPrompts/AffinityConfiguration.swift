/// How S is smoothed over parts of the picture that SAM's features find alike, before points are chosen.
///
/// CLIP's patches are coarse, and neighbours of one surface differ by chance. Cells of SAM's embedding that look alike
/// should have one score: each gets the mean of S over all cells, weighed by how much they look like it.
public struct AffinityConfiguration: Hashable, Sendable, Codable, ConfigurationPart {
    /// What cosines are divided by before the softmax that makes them weights. Small: only near twins of a cell
    /// count; large: all cells get the same score. tau
    ///
    /// With the small weights 0.06 to 0.1 gain on four sets of real pictures (docs/Results.md); from 0.15 on small
    /// defects fade.
    public var temperature: Float = 0.08

    /// How much of its peak the map gets back, 0...1. The mean of many cells is lower than the highest of them; all of it is
    /// multiplied by (peak before / peak after)^rho. rho
    ///
    /// 1 keeps the peak, which tells pictures with a small defect from others; 0 lowers it where no cell that looks alike
    /// is hot as well, which calms pictures without a defect.
    public var peakWeight: Float = 0.75

    /// The defaults.
    public init() {}

    func validate() throws(AnomalySegmentationError) {
        let check = ConfigurationCheck("affinity")
        try check.number("temperature", temperature, in: 0.005...10)
        try check.number("peakWeight", peakWeight, in: 0...1)
    }
}
