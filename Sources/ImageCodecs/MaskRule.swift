/// What makes a pixel of a mask file a marked one: published sets store 0 and 255, 0 and 1, class ids, colours, palettes
/// or transparency.
public enum MaskRule: Hashable, Sendable {
    /// The numbers name classes, or are 0 and 1, `largest` at most: all above 0.
    case classes(largest: Int)
    /// A grey picture with soft edges or the noise of JPEG: all above this number, half of the full scale.
    case grey(above: Int)
    /// A coloured label picture: every colour but black.
    case colour
    /// A palette of which black is not used: every index above 0.
    case paletteIndex
    /// The colours do not tell: what is more opaque than this, half of the full scale.
    case alpha(above: Int)

    /// Marked are the samples that are greater.
    var threshold: Int {
        switch self {
        case .classes, .colour, .paletteIndex: 0
        case .grey(let threshold), .alpha(let threshold): threshold
        }
    }
}

extension MaskRule: CustomStringConvertible {
    public var description: String {
        switch self {
        case .classes(let largest): "values up to \(largest) are classes: all above 0"
        case .grey(let threshold): "grey: all above \(threshold)"
        case .colour: "labels in colour: all but black"
        case .paletteIndex: "palette without black: all indices above 0"
        case .alpha(let threshold): "transparency, as the colours do not tell: opacity above \(threshold)"
        }
    }
}

extension MaskRule {
    /// Numbers up to here are taken for class ids.
    private static let largestClass = 31

    /// The rule for a picture without colour.
    ///
    /// - Parameters:
    ///   - values: each number that occurs.
    ///   - fullScale: white, 65535 in a file of 16 bits.
    init(values: some Sequence<Int>, fullScale: Int) {
        let values = values.sorted()
        let largest = values.last ?? 0
        // Files of 16 bits may hold numbers of 8 bits.
        let white = largest <= 255 ? min(fullScale, 255) : fullScale
        let threshold = white / 2
        // White may stand among class ids for what is not to be judged.
        let largestBelowWhite = values.last { $0 < white } ?? 0
        let areClasses = white < 255 || (1...Self.largestClass).contains(largestBelowWhite)
        // Where nothing would be marked although something is there, the numbers are no shades.
        let isDark = largest > 0 && largest <= threshold
        self = areClasses || isDark ? .classes(largest: largest) : .grey(above: threshold)
    }
}
