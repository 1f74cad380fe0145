/// PPG: from the map S and SAM's image features to groups of point prompts.
///
/// Lengths and areas are in pixels of the map's raster (518 on a side by default), scores on n, the map scaled by
/// ``normalization``. The paper's symbol, where it is known, stands at the end of a line.
public struct PointPromptConfiguration: Hashable, Sendable, Codable {
    /// From S to n, for thresholds and ranks only. Nothing that is reported or measured is scaled.
    public enum Normalization: String, Hashable, Sendable, Codable, CaseIterable {
        /// `(S - min) / (max - min + 1e-8)`.
        case minMax
        /// n = S: thresholds on the absolute score.
        case none
    }

    public enum ThresholdRule: String, Hashable, Sendable, Codable, CaseIterable {
        /// Between-class variance at its largest over 256 bins, with ``coverageMinimum`` and ``coverageMaximum``.
        case otsu
        /// ``fixedThreshold``.
        case fixed
        /// The share ``percentile`` of the pixels lies below.
        case percentile
    }

    public enum SpacingRule: String, Hashable, Sendable, Codable, CaseIterable {
        /// Positives keep ``positiveSpacingPixels`` between each other.
        case distance
        /// Every ``rankStride``-th pixel of the ranking by score.
        case rankStride
    }

    public enum NegativeRule: String, Hashable, Sendable, Codable, CaseIterable {
        /// Least like the positives to SAM, weighed against heat by ``negativeSimilarityWeight``.
        case leastSimilar
        /// Most like the positives to SAM among the pixels that are cold to CLIP.
        case hardSimilar
        /// The coldest.
        case lowestHeat
    }

    /// What the ring's pixels are compared with.
    public enum Prototype: String, Hashable, Sendable, Codable, CaseIterable {
        /// The mean feature at the positives.
        case positives
        /// The mean feature of the region, weighed by n.
        case region
    }

    public enum Grouping: String, Hashable, Sendable, Codable, CaseIterable {
        /// One prompt for each connected region.
        case perComponent
        /// One prompt for the picture.
        case joint
    }

    /// From S to n.
    public var normalization: Normalization
    /// How the extreme region is cut. M_apa
    public var thresholdRule: ThresholdRule
    /// For `.fixed`; on n.
    public var fixedThreshold: Float
    /// For `.percentile`, and where Otsu's cut covers too little or too much; per cent of the pixels, 0...100.
    public var percentile: Float
    /// Otsu's cut must cover at least this share of the picture, 0...1.
    public var coverageMinimum: Float
    /// Otsu's cut must cover at most this share of the picture, 0...1.
    public var coverageMaximum: Float
    /// Smaller regions are dropped, unless none is left; pixels.
    public var minimumRegionArea: Int
    /// Positives in a group. k
    public var positiveCount: Int
    /// How positives keep apart. The paper's "interval of 400 pixels" can be read either way.
    public var spacingRule: SpacingRule
    /// For `.distance`; pixels.
    public var positiveSpacing: Float
    /// For `.rankStride`; ranks.
    public var rankStride: Int
    /// A further positive needs this share of the group's peak, 0...1.
    public var positiveRelativeMinimum: Float
    /// Diameter of the disc that grows a region into its ring; odd pixels. N_a
    public var ringDiameter: Int
    /// The diameter is multiplied by this while the ring holds too few candidates.
    public var ringGrowth: Float
    /// At most this often.
    public var ringGrowthLimit: Int
    /// Negatives in a group.
    public var negativeCount: Int
    /// Distance between negatives; pixels.
    public var negativeSpacing: Float
    /// Distance from a negative to every positive of every group; pixels.
    public var negativeClearance: Float
    /// How negatives are chosen.
    public var negativeRule: NegativeRule
    /// For `.leastSimilar`: 1 looks at SAM's similarity alone, 0 at n alone.
    public var negativeSimilarityWeight: Float
    /// A negative's n is at most this, as long as such pixels are found.
    public var negativeHeatMaximum: Float
    /// For `.hardSimilar` in place of ``negativeHeatMaximum``.
    public var hardHeatMaximum: Float
    /// Whether the mean feature of the picture is subtracted before cosines are taken.
    public var centersFeatures: Bool
    /// What the ring is compared with.
    public var prototype: Prototype
    /// One prompt a region, or one for all.
    public var grouping: Grouping
    /// Groups at most, strongest first.
    public var groupLimit: Int
    /// Regions whose peak is below this share of the picture's peak are ignored, 0...1.
    public var groupRelativeMinimum: Float

    public init(
        normalization: Normalization = .minMax, thresholdRule: ThresholdRule = .otsu, fixedThreshold: Float = 0.5,
        percentile: Float = 99, coverageMinimum: Float = 0.0005, coverageMaximum: Float = 0.30,
        minimumRegionArea: Int = 12, positiveCount: Int = 3, spacingRule: SpacingRule = .distance,
        positiveSpacing: Float = 60, rankStride: Int = 400, positiveRelativeMinimum: Float = 0.8,
        ringDiameter: Int = 25, ringGrowth: Float = 2, ringGrowthLimit: Int = 3, negativeCount: Int = 5,
        negativeSpacing: Float = 20, negativeClearance: Float = 8, negativeRule: NegativeRule = .leastSimilar,
        negativeSimilarityWeight: Float = 0.7, negativeHeatMaximum: Float = 0.5, hardHeatMaximum: Float = 0.3,
        centersFeatures: Bool = true, prototype: Prototype = .positives, grouping: Grouping = .perComponent,
        groupLimit: Int = 5, groupRelativeMinimum: Float = 0.6
    ) {
        self.normalization = normalization
        self.thresholdRule = thresholdRule
        self.fixedThreshold = fixedThreshold
        self.percentile = percentile
        self.coverageMinimum = coverageMinimum
        self.coverageMaximum = coverageMaximum
        self.minimumRegionArea = minimumRegionArea
        self.positiveCount = positiveCount
        self.spacingRule = spacingRule
        self.positiveSpacing = positiveSpacing
        self.rankStride = rankStride
        self.positiveRelativeMinimum = positiveRelativeMinimum
        self.ringDiameter = ringDiameter
        self.ringGrowth = ringGrowth
        self.ringGrowthLimit = ringGrowthLimit
        self.negativeCount = negativeCount
        self.negativeSpacing = negativeSpacing
        self.negativeClearance = negativeClearance
        self.negativeRule = negativeRule
        self.negativeSimilarityWeight = negativeSimilarityWeight
        self.negativeHeatMaximum = negativeHeatMaximum
        self.hardHeatMaximum = hardHeatMaximum
        self.centersFeatures = centersFeatures
        self.prototype = prototype
        self.grouping = grouping
        self.groupLimit = groupLimit
        self.groupRelativeMinimum = groupRelativeMinimum
    }

    public static let `default` = PointPromptConfiguration()

    /// One joint group; 400 px of SAM's 1,024 px frame are 202 px of 518.
    public static let paper = PointPromptConfiguration(
        thresholdRule: .fixed, coverageMinimum: 0, coverageMaximum: 1, minimumRegionArea: 0, positiveCount: 5,
        positiveSpacing: 202, positiveRelativeMinimum: 0, ringGrowthLimit: 0, negativeSpacing: 0,
        negativeClearance: 0, negativeSimilarityWeight: 1, negativeHeatMaximum: 1, hardHeatMaximum: 1,
        centersFeatures: false, grouping: .joint, groupLimit: 1, groupRelativeMinimum: 0)
}
