import Imaging

/// Turns grey, palette and transparent samples into opaque colour.
///
/// A pixel of opacity a over the background b becomes `(value * a + b * (255 - a)) / 255`, rounded.
struct Composition {
    private let background: Color
    /// `[entries, 3]`, the palette's colours over the background; nil where rows are colours themselves.
    private let entries: [UInt8]?
    private let isTransparent: [Bool]
    /// Whether any pixel was not opaque.
    private(set) var foundTransparency = false
    /// Whether any pixel named a colour beyond the palette.
    private(set) var leftPalette = false

    /// - Parameter palette: `[entries, 4]`, red, green, blue, alpha; nil where rows are colours themselves.
    init(background: Color, palette: [UInt8]? = nil) {
        self.background = background
        isTransparent = stride(from: 3, to: palette?.count ?? 0, by: 4).map { palette?[$0] != 255 }
        entries = palette.map { palette in
            var colours = [UInt8](repeating: 0, count: palette.count / 4 * 3)
            var plain = Composition(background: background)
            palette.withUnsafeBufferPointer { samples in
                colours.withUnsafeMutableBufferPointer { target in
                    if let start = target.baseAddress { plain.compose(samples, channels: 4, into: start) }
                }
            }
            return colours
        }
    }

    /// - Parameters:
    ///   - row: `[pixels, channels]`; 1 grey or an index into the palette, 2 grey and alpha, 3 colour, 4 colour and alpha.
    ///   - target: room for `[pixels, 3]`.
    mutating func compose(
        _ row: UnsafeBufferPointer<UInt8>, channels: Int, into target: UnsafeMutablePointer<UInt8>
    ) {
        if let entries {
            compose(row, entries, into: target)
            return
        }
        let isColour = channels >= 3
        let hasAlpha = channels % 2 == 0
        for pixel in 0..<row.count / channels {
            let first = pixel * channels
            let alpha = hasAlpha ? row[first + channels - 1] : 255
            let (green, blue) = isColour ? (first + 1, first + 2) : (first, first)
            if alpha == 255 {
                target[3 * pixel] = row[first]
                target[3 * pixel + 1] = row[green]
                target[3 * pixel + 2] = row[blue]
            } else {
                foundTransparency = true
                target[3 * pixel] = Self.blend(row[first], alpha, background.red)
                target[3 * pixel + 1] = Self.blend(row[green], alpha, background.green)
                target[3 * pixel + 2] = Self.blend(row[blue], alpha, background.blue)
            }
        }
    }

    private mutating func compose(
        _ indices: UnsafeBufferPointer<UInt8>, _ entries: [UInt8], into target: UnsafeMutablePointer<UInt8>
    ) {
        for (pixel, index) in indices.enumerated() {
            let entry = Int(index)
            guard entry < isTransparent.count else {
                leftPalette = true
                return
            }
            if isTransparent[entry] { foundTransparency = true }
            for channel in 0..<3 { target[3 * pixel + channel] = entries[3 * entry + channel] }
        }
    }

    private static func blend(_ value: UInt8, _ alpha: UInt8, _ background: UInt8) -> UInt8 {
        let sum = Int(value) * Int(alpha) + Int(background) * (255 - Int(alpha))
        return UInt8((sum + 127) / 255)
    }
}
