public import Imaging
import Tensors

/// Everything that was found in one picture, and how.
public struct AnomalyResult: Sendable {
    /// Why SAM did not run.
    public enum Omission: String, Hashable, Sendable, Codable {
        /// All pixels of S are equal.
        case flatMap
        /// The largest S lies below the configured gate.
        case belowGate
        /// PPG found no region.
        case noGroups
    }

    /// The picture's score, 0...1: CLIP's score of the whole and the largest value of the final map, weighed.
    public let score: Float
    /// S with its own score of the picture as a whole.
    public let map: AnomalyMap
    /// S as points are found on it and masks are joined with it: smoothed by SAM's features, or ``map`` as it is where
    /// that is switched off or SAM did not run.
    public let smoothedMap: AnomalyMap
    /// A: the final map at the picture's own size, on the scale of S.
    public let fusedMap: ScoreMap
    /// All masks that stand, at the picture's own size.
    public let mask: Mask
    /// Threshold, groups, points with their reasons, and the regions that became no group.
    public let prompts: PointPrompts
    /// What the cascade made of each group, in the order of `prompts.groups`.
    public let cascades: [CascadeTrace]
    /// nil where SAM ran.
    public let omission: Omission?
    /// Seconds by stage.
    public let timings: StageTimings

    /// S at the picture's own size.
    public var clipMap: ScoreMap { map.pictureMap }
    /// CLIP's score of the picture as a whole, 0...1.
    public var clipScore: Float { map.clipScore }
    /// The largest value of A.
    public var fusedPeak: Float { fusedMap.range?.upperBound ?? 0 }
}

/// Seconds by stage, on a clock that only runs forward. A stage that was not needed is 0.
public struct StageTimings: Hashable, Sendable, Codable {
    /// Encoding the sentences; 0 where the object was known.
    public var text = 0.0
    /// CLIP's image tower and the map.
    public var map = 0.0
    /// SAM's image encoder.
    public var embedding = 0.0
    /// PPG.
    public var points = 0.0
    /// CPS: all groups and stages.
    public var cascade = 0.0
    /// Map and masks to the final map.
    public var fusion = 0.0

    /// No stage has run.
    public init() {}

    /// All stages together.
    public var total: Double { text + map + embedding + points + cascade + fusion }

    /// Adds the seconds of other work.
    mutating func add(_ other: StageTimings) {
        for (_, stage) in Self.stages { self[keyPath: stage] += other[keyPath: stage] }
    }

    private static var stages: [(name: String, stage: WritableKeyPath<StageTimings, Double>)] {
        [
            ("text", \.text), ("map", \.map), ("embedding", \.embedding), ("points", \.points),
            ("cascade", \.cascade), ("fusion", \.fusion),
        ]
    }

    /// Runs `body` and adds its seconds to a stage, which a profile names as it is named here.
    mutating func measure<Value, Failure>(
        _ stage: WritableKeyPath<StageTimings, Double>, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let clock = ContinuousClock()
        let start = clock.now
        defer {
            let elapsed = clock.now - start
            self[keyPath: stage] += Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        }
        return try Profile.stage(Self.stages.first { $0.stage == stage }?.name ?? "", body)
    }
}
