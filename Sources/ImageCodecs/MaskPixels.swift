import Imaging

/// The samples of a mask file, and what decides about them.
struct MaskPixels {
    /// A picture of so many colours at most is a label picture.
    private static let labelColours = 32

    let size: ImageSize
    /// White in the numbers of the file.
    let fullScale: Int
    /// Whether the numbers are those that were stored; those of a JPEG are not.
    let isLossless: Bool
    /// The brightest channel of each pixel.
    private var values: [UInt16] = []
    /// Empty where the file has no alpha.
    private var alphas: [UInt16] = []
    /// Empty where the file has no palette.
    private var indices: [UInt8] = []
    private var isGrey = true
    /// The colours that occur, until they are too many for labels.
    private var colours: Set<UInt64> = []
    private var lastColour: UInt64?
    /// Which values occur.
    private var occurs: [Bool]

    init(size: ImageSize, fullScale: Int, isLossless: Bool) {
        self.size = size
        self.fullScale = fullScale
        self.isLossless = isLossless
        occurs = [Bool](repeating: false, count: fullScale + 1)
        values.reserveCapacity(size.pixelCount)
    }

    mutating func append(red: UInt16, green: UInt16, blue: UInt16, alpha: UInt16? = nil, index: UInt8? = nil) {
        values.append(max(red, green, blue))
        if let alpha { alphas.append(alpha) }
        if let index { indices.append(index) }
        let colour = UInt64(red) << 32 | UInt64(green) << 16 | UInt64(blue)
        if colour == lastColour { return }
        lastColour = colour
        occurs[Int(max(red, green, blue))] = true
        if red != green || green != blue { isGrey = false }
        if colours.count <= Self.labelColours { colours.insert(colour) }
    }

    /// Rows that a damaged file did not reach mark nothing.
    mutating func fillMissingRows() {
        let missing = size.pixelCount - values.count
        if missing == 0 { return }
        occurs[0] = true
        values += repeatElement(0, count: missing)
        if !alphas.isEmpty { alphas += repeatElement(0, count: missing) }
        if !indices.isEmpty { indices += repeatElement(0, count: missing) }
    }

    /// A row above those that a damaged file has marks nothing, either.
    mutating func appendMissingRow(hasAlpha: Bool, isLabelled: Bool) {
        for _ in 0..<size.width {
            append(red: 0, green: 0, blue: 0, alpha: hasAlpha ? 0 : nil, index: isLabelled ? 0 : nil)
        }
    }

    /// The mask and the rule that it follows; nil where nothing tells the background from the rest.
    func decided() -> (mask: Mask, rule: MaskRule)? {
        guard let rule = rule() else { return nil }
        let threshold = rule.threshold
        let marked: [Bool] =
            switch rule {
            case .alpha: alphas.map { Int($0) > threshold }
            case .paletteIndex: indices.map { Int($0) > threshold }
            case .classes, .grey, .colour: values.map { Int($0) > threshold }
            }
        return (Mask(size: size, values: marked), rule)
    }

    private func rule() -> MaskRule? {
        let isConstant = colours.count <= 1
        let hasBlack = occurs[0]
        if let first = alphas.first {
            // One colour behind a stencil. All of it transparent, it marks nothing.
            let isStencil = alphas.contains { $0 != first }
            if isStencil && (isConstant || !hasBlack) || isConstant && first == 0 {
                return .alpha(above: fullScale / 2)
            }
        }
        guard isLossless else { return .grey(above: fullScale / 2) }
        let areFew = colours.count <= Self.labelColours
        if !indices.isEmpty && areFew {
            // Programs that make palettes smaller put the colours into any order: the indices count only where the
            // colours leave open which is the background.
            if !hasBlack && !(isGrey && isConstant) { return .paletteIndex }
            // Shades end in white; grey that does not is one colour of a label picture.
            if !isConstant && !(isGrey && occurs[fullScale]) { return .colour }
        }
        if isGrey {
            return MaskRule(values: occurs.indices.lazy.filter { occurs[$0] }, fullScale: fullScale)
        }
        if !areFew { return .grey(above: fullScale / 2) }
        return hasBlack || isConstant ? .colour : nil
    }
}
