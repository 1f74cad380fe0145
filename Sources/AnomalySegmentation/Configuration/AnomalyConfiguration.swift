/// Every number and rule between a picture and its result, in the order in which they are used.
///
/// A value of this type is enough to repeat a run with the same weights; it can be written to and read from JSON. There,
/// a rule that has values of its own is an object with one key, the rule's name, that holds these values:
/// `"spacing": {"distance": {"pixels": 60}}`, `"mode": {"gate": {}}`. A rule without any values is a text. A key that is
/// not known is refused, and one that is missing as well, unless its value may be nil.
public struct AnomalyConfiguration: Hashable, Sendable, Codable, ConfigurationPart {
    /// Which sentences describe the object, and how they become two vectors.
    public var text = TextPromptConfiguration()
    /// How CLIP's patches become the map S.
    public var map = AnomalyMapConfiguration()
    /// How SAM's features smooth S before points are chosen; nil: not at all.
    public var affinity: AffinityConfiguration? = AffinityConfiguration()
    /// PPG: how the map and SAM's features become point prompts.
    public var points = PointPromptConfiguration()
    /// CPS: how the points become masks.
    public var cascade = CascadeConfiguration()
    /// How the map and the masks become the final map.
    public var fusion = FusionConfiguration()
    /// How lines of the picture sharpen the final map; nil: not at all.
    public var ridges: RidgeConfiguration? = RidgeConfiguration()
    /// SAM runs only where the largest value of S reaches this; 0 always runs it. Anomaly score, 0...1.
    ///
    /// Zero-shot scores have no calibrated cut: keep 0 for measurements, raise it to save time on normal pictures.
    public var promptGate: Float = 0

    /// The defaults, which work best over all kinds of pictures.
    public init() {}

    /// Refuses unknown keys.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        text = try values.decode(TextPromptConfiguration.self, forKey: .text)
        map = try values.decode(AnomalyMapConfiguration.self, forKey: .map)
        affinity = try values.decodeIfPresent(AffinityConfiguration.self, forKey: .affinity)
        points = try values.decode(PointPromptConfiguration.self, forKey: .points)
        cascade = try values.decode(CascadeConfiguration.self, forKey: .cascade)
        fusion = try values.decode(FusionConfiguration.self, forKey: .fusion)
        ridges = try values.decodeIfPresent(RidgeConfiguration.self, forKey: .ridges)
        promptGate = try values.decode(Float.self, forKey: .promptGate)
        try UnknownKeys.refuse(in: decoder, for: self)
    }

    /// Checks every field.
    ///
    /// - Throws: ``AnomalySegmentationError/invalidConfiguration(field:value:expected:)`` for the first field, in the
    ///   order of use, that is out of its range.
    public func validate() throws(AnomalySegmentationError) {
        try text.validate()
        try map.validate()
        try affinity?.validate()
        try points.validate()
        try cascade.validate()
        try fusion.validate()
        try ridges?.validate()
        try ConfigurationCheck().number("promptGate", promptGate, in: 0...1)
    }
}
