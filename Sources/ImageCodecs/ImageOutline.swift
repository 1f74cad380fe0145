public import Imaging

/// What the header of a picture file says, without a pixel decoded.
public struct ImageOutline: Hashable, Sendable {
    /// Width and height as stored, before any turning.
    public let size: ImageSize
    /// Channels as stored: 1 grey or palette, 2 grey and alpha, 3 colour, 4 colour and alpha, or CMYK.
    public let channels: Int
    /// Format, depth and kind, such as `PNG, 16-bit grey, interlaced`.
    public let sourceDescription: String
    /// About the most memory that ``ImageFile/decode(_:options:)`` takes besides the file's own bytes, the picture
    /// included. Turning the picture takes another 3 bytes a pixel.
    public let decodingBytes: Int
}

extension ImageFile {
    /// Files of this length are read whole for their outline; of longer ones, as a rule, only so much.
    private static let headBytes = 256 << 10

    /// Reads the header of the picture at `path`: for a picture of any size, a few hundred kilobytes at most, as a rule.
    ///
    /// What ``decode(_:options:)`` refuses by the header is refused here, too, but for the limits on pixels and memory.
    public static func outline(of path: String) throws(ImageCodecError) -> ImageOutline {
        let head = try RegularFile.read(path, maximumBytes: .max, prefix: headBytes)
        do throws(ImageCodecError) {
            return try outline(of: head, name: path)
        } catch .truncated where head.count == headBytes {
            // Long metadata stand before the header.
            return try outline(of: try RegularFile.read(path, maximumBytes: .max), name: path)
        }
    }

    /// Reads the header of a picture in memory, or of its beginning.
    ///
    /// - Parameters:
    ///   - bytes: the file's bytes from the first on.
    ///   - name: stands for the file in errors.
    public static func outline(of bytes: [UInt8], name: String) throws(ImageCodecError) -> ImageOutline {
        var options = DecodingOptions()
        options.maximumPixels = .max
        options.maximumDecodingBytes = .max
        switch try format(of: bytes, name: name) {
        case .png: return try PNGDecoder(bytes: bytes, name: name, options: options).outline().summary
        case .jpeg: return try JPEGDecoder(bytes: bytes, name: name, options: options).outline().summary
        case .bmp: return try BMPDecoder(bytes: bytes, name: name, options: options).outline().summary
        }
    }
}

extension PNGOutline {
    fileprivate var summary: ImageOutline {
        ImageOutline(
            size: size, channels: storedChannels, sourceDescription: "PNG, \(kind)", decodingBytes: decodingBytes)
    }
}

extension JPEGOutline {
    fileprivate var summary: ImageOutline {
        ImageOutline(
            size: size, channels: frame.sampling.count, sourceDescription: "JPEG, \(kind)",
            decodingBytes: decodingBytes)
    }
}

extension BMPOutline {
    fileprivate var summary: ImageOutline {
        ImageOutline(
            size: size, channels: channels, sourceDescription: "BMP, \(kind)", decodingBytes: decodingBytes)
    }
}
