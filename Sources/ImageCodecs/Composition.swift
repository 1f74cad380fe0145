import Imaging

/// Turns grey, palette and transparent samples into opaque colour.
///
/// A pixel of opacity a over the background b becomes `(value * a + b * (255 - a)) / 255`, rounded.
struct Composition {
    let background: Color
    /// Whether any pixel was not opaque.
    private(set) var foundTransparency = false

    init(background: Color) {
        self.background = background
    }

    /// - Parameter samples: `[pixels, channels]`; 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha.
    /// - Returns: `[pixels, 3]`.
    mutating func pixels(samples: UnsafeBufferPointer<UInt8>, channels: Int) -> [UInt8] {
        if channels == 3 { return Array(samples) }
        let count = samples.count / channels
        let isColour = channels >= 3
        let hasAlpha = channels % 2 == 0
        var isTransparent = false
        let output = [UInt8](unsafeUninitializedCapacity: 3 * count) { output, initialized in
            for pixel in 0..<count {
                let first = pixel * channels
                let alpha = hasAlpha ? samples[first + channels - 1] : 255
                let (green, blue) = isColour ? (first + 1, first + 2) : (first, first)
                if alpha == 255 {
                    output[3 * pixel] = samples[first]
                    output[3 * pixel + 1] = samples[green]
                    output[3 * pixel + 2] = samples[blue]
                } else {
                    isTransparent = true
                    output[3 * pixel] = Self.blend(samples[first], alpha, background.red)
                    output[3 * pixel + 1] = Self.blend(samples[green], alpha, background.green)
                    output[3 * pixel + 2] = Self.blend(samples[blue], alpha, background.blue)
                }
            }
            initialized = 3 * count
        }
        foundTransparency = foundTransparency || isTransparent
        return output
    }

    /// - Parameters:
    ///   - indices: one palette index a pixel.
    ///   - palette: `[entries, 4]`, red, green, blue, alpha.
    /// - Returns: `[pixels, 3]`, or nil where an index lies beyond the palette.
    mutating func pixels(indices: UnsafeBufferPointer<UInt8>, palette: [UInt8]) -> [UInt8]? {
        let entries = palette.count / 4
        guard indices.allSatisfy({ Int($0) < entries }) else { return nil }
        let opaque = palette.withUnsafeBufferPointer { colours in
            var plain = Composition(background: background)
            return plain.pixels(samples: colours, channels: 4)
        }
        var isTransparent = false
        let output = [UInt8](unsafeUninitializedCapacity: 3 * indices.count) { output, initialized in
            for (pixel, index) in indices.enumerated() {
                let entry = Int(index)
                if palette[4 * entry + 3] != 255 { isTransparent = true }
                for channel in 0..<3 { output[3 * pixel + channel] = opaque[3 * entry + channel] }
            }
            initialized = 3 * indices.count
        }
        foundTransparency = foundTransparency || isTransparent
        return output
    }

    private static func blend(_ value: UInt8, _ alpha: UInt8, _ background: UInt8) -> UInt8 {
        let sum = Int(value) * Int(alpha) + Int(background) * (255 - Int(alpha))
        return UInt8((sum + 127) / 255)
    }
}
