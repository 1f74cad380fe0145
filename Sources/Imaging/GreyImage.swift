import Tensors

/// A picture of one 8-bit channel, `[height, width]`, row-major: Pillow's mode `L`.
public struct GreyImage: Hashable, Sendable {
    /// Width and height in pixels.
    public let size: ImageSize
    /// 0 is black, 255 is white.
    public let values: [UInt8]

    /// - Precondition: `values` holds `width * height` bytes.
    public init(size: ImageSize, values: [UInt8]) {
        require(
            values.count == size.pixelCount,
            "GreyImage: \(size) needs \(size.pixelCount) values, got \(values.count)")
        self.size = size
        self.values = values
    }

    /// 255 where the mask holds, else 0.
    public init(_ mask: Mask) { self.init(size: mask.size, values: mask.values.map { $0 ? 255 : 0 }) }

    /// The pixels whose value is at least `level`. A ground-truth picture is any value above 0 (`level` 1); after a
    /// filtered resize it is 128.
    public func mask(atLeast level: UInt8) -> Mask { Mask(size: size, values: values.map { $0 >= level }) }

    /// The same value in all three channels.
    public var image: Image {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * values.count)
        for value in values {
            pixels.append(value)
            pixels.append(value)
            pixels.append(value)
        }
        return Image(size: size, pixels: pixels)
    }
}

extension Image {
    /// Luma by the ITU-R 601 weights in 16-bit fixed point, rounded.
    ///
    /// Matches: Pillow's `convert("L")`.
    public var grey: GreyImage { GreyImage(size: size, values: grey(ofRows: 0..<size.height)) }

    /// Some rows of ``grey``.
    func grey(ofRows rows: Range<Int>) -> [UInt8] {
        let indices = size.indices(ofRows: rows)
        return [UInt8](unsafeUninitializedCapacity: indices.count) { values, initialized in
            pixels.withUnsafeBufferPointer { pixels in
                for index in indices {
                    let red = UInt32(pixels[3 * index])
                    let green = UInt32(pixels[3 * index + 1])
                    let blue = UInt32(pixels[3 * index + 2])
                    values[index - indices.lowerBound] = UInt8(
                        (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16)
                }
            }
            initialized = indices.count
        }
    }
}
