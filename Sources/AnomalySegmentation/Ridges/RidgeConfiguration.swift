/// How the final map is sharpened by lines and stripes of the picture itself.
///
/// A cell of CLIP is 16 pixels of the picture that it sees; a crack or a scratch is two or three. Where the map is high,
/// the picture shows what the defect looks like: dark lines, bright ones, neither. Pixels that look so keep their score,
/// others lose some of it.
public struct RidgeConfiguration: Hashable, Sendable, Codable, ConfigurationPart {
    /// Widths of the lines, each as the standard deviation of its profile: pixels of the picture, made smaller where its
    /// longer side has more than 512.
    public var widths: [Float] = [1.5, 2.5, 4]

    /// Each weight is raised to this power: 0 changes nothing, 1 is as far as the picture speaks for it. gamma
    ///
    /// More sharpens cracks further and takes from what has no lines, down to ``floor``.
    public var exponent: Float = 0.4

    /// What a pixel keeps of its score at least, whatever its lines say: 0...1. With 1 nothing is sharpened.
    ///
    /// The inside of a broad, even defect has no lines, and without a floor only the rim of it would stay. 0.45
    /// keeps broad defects and takes from cracks a part of what lines give them (docs/Training.md).
    public var floor: Float = 0.45

    /// How much of its peak the map gets back, 0...1: all of it is multiplied by (peak before / peak after)^rho. rho
    ///
    /// 0 lowers pictures whose hottest part has no line, and is best for pixels; 1 leaves the picture's score as it was.
    public var peakWeight: Float = 0.5

    /// The defaults.
    public init() {}

    /// A file of before there was a floor had none.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        widths = try values.decode([Float].self, forKey: .widths)
        exponent = try values.decode(Float.self, forKey: .exponent)
        floor = try values.decodeIfPresent(Float.self, forKey: .floor) ?? 0
        peakWeight = try values.decode(Float.self, forKey: .peakWeight)
    }

    func validate() throws(AnomalySegmentationError) {
        let check = ConfigurationCheck("ridges")
        try check.require(
            (1...8).contains(widths.count) && widths.allSatisfy { (0.5...32).contains($0) }, "widths", widths,
            "one to eight numbers from 0.5 to 32.0")
        try check.number("exponent", exponent, in: 0...4)
        try check.number("floor", floor, in: 0...1)
        try check.number("peakWeight", peakWeight, in: 0...1)
    }
}
