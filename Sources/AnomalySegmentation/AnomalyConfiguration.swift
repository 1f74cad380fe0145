/// Every number and rule between a picture and its result, in the order in which they are used.
///
/// A value of this type is enough to repeat a run with the same weights; it can be written to and read from JSON.
public struct AnomalyConfiguration: Hashable, Sendable, Codable {
    /// Which sentences describe the object, and how they become two vectors.
    public var text: TextPromptConfiguration
    /// How CLIP's patches become the map S.
    public var map: AnomalyMapConfiguration
    /// PPG: how the map and SAM's features become point prompts.
    public var points: PointPromptConfiguration
    /// CPS: how the points become masks.
    public var cascade: CascadeConfiguration
    /// How the map and the masks become the final map.
    public var fusion: FusionConfiguration
    /// SAM is asked only where the largest value of S reaches this; 0 always asks. Anomaly score, 0...1.
    ///
    /// Zero-shot scores have no calibrated cut: keep 0 for measurements, raise it to save time on normal pictures.
    public var promptGate: Float

    public init(
        text: TextPromptConfiguration = .default, map: AnomalyMapConfiguration = .default,
        points: PointPromptConfiguration = .default, cascade: CascadeConfiguration = .default,
        fusion: FusionConfiguration = .default, promptGate: Float = 0
    ) {
        self.text = text
        self.map = map
        self.points = points
        self.cascade = cascade
        self.fusion = fusion
        self.promptGate = promptGate
    }

    /// The settings that work best over all, chosen once for every kind of picture.
    public static let `default` = AnomalyConfiguration()

    /// What is known of the paper's settings: one joint group of points 400 px apart (of 1,024), a ring of 25 px,
    /// negatives unlike the positives in SAM's features, points then mask then box with one mask each, the map
    /// multiplied by the mask. Where the paper is silent the plainest value stands, and no step of ours is added.
    public static let paper = AnomalyConfiguration(
        map: .paper, points: .paper, cascade: .paper, fusion: .paper)

    /// Checks every field.
    ///
    /// - Throws: ``AnomalySegmentationError/invalidConfiguration(field:value:expected:)`` for the first field, in the
    ///   order of use, that is out of its range.
    public func validate() throws(AnomalySegmentationError) {
        try text.validate()
        try map.validate()
        try points.validate()
        try cascade.validate()
        try fusion.validate()
        try ConfigurationCheck.within("promptGate", promptGate, 0...1)
    }
}
