/// Colours for scores: from near black over violet, red and orange to pale yellow.
///
/// Eleven points whose lightness (OKLab) rises in equal steps from 0.10 to 0.96 while the hue turns from 275 to 105
/// degrees, each with the strongest colour up to chroma 0.19 that a screen can show; straight lines between them.
/// Equal steps of score look like equal steps of brightness, in print and for colour-blind eyes too.
public enum HeatColors {
    private static let points: [(Float, Float, Float)] = [
        (2, 1, 20), (27, 0, 56), (64, 0, 77), (107, 0, 86), (153, 1, 83), (193, 36, 67), (223, 76, 39), (241, 121, 2),
        (253, 163, 2), (255, 207, 80), (255, 247, 136),
    ]

    /// The colour of a share 0...1; values outside are cut, and what is not a number counts as 0.
    public static func color(at share: Float) -> Color {
        let position = (share > 0 ? min(share, 1) : 0) * Float(points.count - 1)
        let index = min(Int(position), points.count - 2)
        let rest = position - Float(index)
        let (from, to) = (points[index], points[index + 1])
        func mixed(_ a: Float, _ b: Float) -> UInt8 { UInt8((a + (b - a) * rest).rounded()) }
        return Color(red: mixed(from.0, to.0), green: mixed(from.1, to.1), blue: mixed(from.2, to.2))
    }

    /// 256 colours from share 0 to share 1.
    static let table: [Color] = (0..<256).map { color(at: Float($0) / 255) }
}
