/// PPG: from the map S and SAM's image features to groups of point prompts.
///
/// Lengths and areas are in pixels of the map's raster (``AnomalyMapConfiguration/side``), scores on n, the map scaled by
/// ``normalization``. The paper's symbol, where it is known, stands at the end of a line.
public struct PointPromptConfiguration: Hashable, Sendable, Codable, ConfigurationPart {
    /// From S to n, for thresholds and ranks only. Nothing that is reported or measured is scaled.
    public enum Normalization: String, Hashable, Sendable, Codable {
        /// `(S - min) / (max - min + 1e-8)`.
        case minMax
        /// n = S: thresholds on the absolute score.
        case none
    }

    /// How the extreme region is cut.
    public enum Threshold: Hashable, Sendable, Codable {
        /// Where the variance between the two classes is largest over 256 bins (Otsu 1979). The cut must cover a share of
        /// the picture between the two given, 0...1; where it does not, the percentile is taken, 0...100.
        case otsu(coverageMinimum: Float = 0.0005, coverageMaximum: Float = 0.3, fallbackPercent: Float = 99)
        /// At this n, 0...1.
        case fixed(heat: Float = 0.5)
        /// Above this share of the pixels; per cent, 0...100.
        case percentile(percent: Float = 99)
    }

    /// How positives keep apart. The paper's "interval of 400 pixels" can be read either way.
    public enum Spacing: Hashable, Sendable, Codable {
        /// By this distance between each other.
        case distance(pixels: Float = 60)
        /// By this number of ranks in the order of the pixels by score.
        case rankStride(ranks: Int = 400)
    }

    /// How negatives are chosen. A negative's n is at most `heatMaximum`, as long as such pixels are found.
    public enum NegativeRule: Hashable, Sendable, Codable {
        /// Least like the positives to SAM, weighed against n: a weight of 1 looks at SAM's similarity alone, 0 at n alone.
        case leastSimilar(similarityWeight: Float = 0.7, heatMaximum: Float = 0.5)
        /// Most like the positives to SAM among the pixels that are cold to CLIP.
        case hardSimilar(heatMaximum: Float = 0.3)
        /// The coldest.
        case lowestHeat(heatMaximum: Float = 0.5)
    }

    /// What the ring's pixels are compared with.
    public enum Prototype: String, Hashable, Sendable, Codable {
        /// The mean feature at the positives.
        case positives
        /// The mean feature of the region, weighed by n.
        case region
    }

    /// What becomes one prompt.
    public enum Grouping: Hashable, Sendable, Codable {
        /// Each connected region, this many at most, strongest first.
        case perComponent(limit: Int = 5)
        /// The whole picture.
        case joint
    }

    /// From S to n.
    public var normalization = Normalization.minMax
    /// How the extreme region is cut. M_apa
    public var threshold = Threshold.otsu()
    /// Smaller regions are dropped, unless none is left; pixels.
    public var minimumRegionArea = 12
    /// Positives in a group. k
    public var positiveCount = 3
    /// How positives keep apart.
    public var spacing = Spacing.distance()
    /// A further positive needs this share of the group's peak, 0...1.
    public var positiveRelativeMinimum: Float = 0.8
    /// Diameter of the disc that grows a region into its ring; odd pixels. N_a
    public var ringDiameter = 25
    /// The diameter is multiplied by this while the ring holds too few candidates.
    public var ringGrowth: Float = 2
    /// The ring grows at most this often.
    public var ringGrowthLimit = 3
    /// Negatives in a group.
    public var negativeCount = 5
    /// Distance between negatives; pixels.
    public var negativeSpacing: Float = 20
    /// Distance from a negative to every positive of every group; pixels.
    public var negativeClearance: Float = 8
    /// How negatives are chosen.
    public var negativeRule = NegativeRule.leastSimilar()
    /// Whether the mean feature of the picture is subtracted before cosines are taken.
    public var centersFeatures = true
    /// What the ring is compared with.
    public var prototype = Prototype.positives
    /// What becomes one prompt.
    public var grouping = Grouping.perComponent()
    /// Regions whose peak is below this share of the picture's peak are ignored, 0...1.
    public var groupRelativeMinimum: Float = 0.6

    /// The defaults.
    public init() {}
}
