public import Imaging
public import SegmentAnything

/// A pixel of the map's raster: column and row.
public struct MapPixel: Hashable, Sendable {
    /// Column, from the left.
    public let x: Int
    /// Row, from the top.
    public let y: Int

    /// Euclidean distance in pixels of the map.
    func distance(to other: MapPixel) -> Double {
        let (dx, dy) = (Double(x - other.x), Double(y - other.y))
        return (dx * dx + dy * dy).squareRoot()
    }
}

/// A point prompt with what spoke for it.
public struct ChosenPoint: Hashable, Sendable {
    /// The rule that chose it.
    public enum Reason: Hashable, Sendable, Codable {
        /// What JSON calls the value without a label.
        private enum RankedCodingKeys: String, CodingKey { case _0 = "place" }

        /// The group's highest pixel; of equal ones the first by rows.
        case peak
        /// The middle one of the `pixels` that share the peak.
        case plateau(pixels: Int)
        /// The highest pixel far enough from the points before it.
        case spaced
        /// The pixel at this rank of the group, 0 being the peak.
        case ranked(Int)
        /// The lowest cost in the ring, similarity and heat weighed; 0...1.
        case leastSimilar(cost: Float)
        /// The most similar cold pixel of the ring.
        case hardSimilar
        /// The coldest pixel of the ring.
        case lowestHeat
    }

    /// Positive or negative.
    public let label: PromptPoint.Label
    /// Where the prompt stands: the middle of a pixel of the picture.
    public let position: ImagePoint
    /// Where it was found.
    public let mapPixel: MapPixel
    /// S at the point: anomaly score, 0...1.
    public let score: Float
    /// n at the point: S on the scale of the thresholds.
    public let heat: Float
    /// Cosine between SAM's feature here and the group's prototype, -1...1.
    public let similarity: Float
    /// The rule that chose it.
    public let reason: Reason

    var prompt: PromptPoint { PromptPoint(position, label) }
}

/// The points for one mask of SAM.
public struct PromptGroup: Sendable {
    /// The highest n in the group.
    public let peakHeat: Float
    /// The S of the highest n.
    public let peakScore: Float
    /// The group's part of the extreme region, on the map's raster.
    public let mask: Mask
    /// The same, as the smallest box of pixels of the picture.
    public let box: ImageBox
    /// Best first. Never empty.
    public let positives: [ChosenPoint]
    /// Best first. Empty where there is no ring, or the configuration wants none.
    public let negatives: [ChosenPoint]
    /// The ring the negatives come from.
    public let ring: RingReport

    /// Positives, then negatives.
    public var points: [ChosenPoint] { positives + negatives }
}

/// How the ring around a group came out.
public struct RingReport: Hashable, Sendable, Codable {
    /// The disc's diameter at last; pixels of the map.
    public let diameter: Int
    /// How often it was enlarged.
    public let growths: Int
    /// Pixels of the ring.
    public let area: Int
    /// Pixels that could become negatives.
    public let candidates: Int
    /// Whether hot pixels had to be let in, because there were no others.
    public let admitsHeat: Bool
}

/// The cut between the extreme region and the rest.
public struct ThresholdReport: Hashable, Sendable, Codable {
    /// How the cut was made.
    public enum Rule: String, Hashable, Sendable, Codable {
        /// Largest variance between the classes.
        case otsu
        /// A fixed n.
        case fixed
        /// A share of the pixels.
        case percentile
    }

    /// A pixel belongs to the extreme region when its n is at least this.
    public let heat: Float
    /// The same cut on S.
    public let score: Float
    /// The rule that made the cut.
    public let rule: Rule
    /// Share of the picture in the extreme region, 0...1.
    public let coverage: Float
    /// The share that Otsu's cut would have covered, where it was set aside for the percentile.
    public let rejectedOtsuCoverage: Float?
}

/// A region of the extreme region that became no group.
public struct RejectedRegion: Hashable, Sendable {
    /// Why it became none.
    public enum Reason: String, Hashable, Sendable, Codable {
        /// Fewer pixels than the configured minimum.
        case small
        /// Too far below the picture's peak.
        case weak
        /// Enough stronger regions.
        case beyondLimit
    }

    /// Why it became no group.
    public let reason: Reason
    /// Pixels of the map.
    public let area: Int
    /// Its highest n.
    public let peakHeat: Float
    /// The smallest box of pixels of the picture.
    public let box: ImageBox
}

/// All that PPG found in one picture.
public struct PointPrompts: Sendable {
    /// nil where the map is flat, so that no cut can be made.
    public let threshold: ThresholdReport?
    /// Strongest first.
    public let groups: [PromptGroup]
    /// Strongest first.
    public let rejectedRegions: [RejectedRegion]

    static let none = PointPrompts(threshold: nil, groups: [], rejectedRegions: [])
}
