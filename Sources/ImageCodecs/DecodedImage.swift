public import Imaging
import TerminalText

/// A picture as read from a file, with what had to be decided on the way.
public struct DecodedImage: Hashable, Sendable {
    /// The pixels.
    public let image: Image
    /// What was changed, ignored or found odd while reading, in the order in which it was noticed.
    public let warnings: [DecodingWarning]
    /// What the file says about turning the picture; `.upright` where it says nothing.
    public let orientation: Orientation
    /// Whether `image` was turned already (`DecodingOptions.appliesOrientation`).
    public let isTurned: Bool
    /// Format, depth and kind, such as `PNG, 16-bit grey, interlaced`.
    public let sourceDescription: String

    /// Whether pixels are missing that the file should have had; only in a lenient reading.
    public var isDamaged: Bool {
        warnings.contains { if case .damaged = $0 { true } else { false } }
    }
}

/// How a file is to be read.
public struct DecodingOptions: Hashable, Sendable {
    /// Larger pictures are refused by their header, before memory is taken for their pixels.
    public var maximumPixels = 100_000_000
    /// Pictures that take more memory while they are decoded are refused by their header, too.
    public var maximumDecodingBytes = 1_000_000_000
    /// Longer files are refused before they are read.
    public var maximumFileBytes = 1 << 30
    /// Keep what could be decoded of a truncated or damaged picture (the rest is black), and warn. Otherwise every
    /// fault of the pixel data is an error.
    public var isLenient = false
    /// Turn the pixels as the EXIF orientation says. Otherwise they stay in the order in which they are stored, so
    /// that a mask stored beside the picture still lies over it.
    public var appliesOrientation = false
    /// The colour seen through transparent pixels.
    public var background = Color.white

    /// The defaults: strict, in stored order, over white.
    public init() {}

    /// What the picture libraries take for themselves.
    static let libraryBytes = 1 << 20
    /// More pixels than any memory holds. Numbers of bytes are counted from here on, and those of the longest sides that
    /// PNG and BMP allow are beyond what an `Int` holds.
    static let countablePixels = 1 << 40

    func check(_ size: ImageSize, decodingBytes: Int, name: String) throws(ImageCodecError) {
        if size.isEmpty { throw .noPixels(file: name, size: size) }
        if size.pixelCount > maximumPixels { throw .tooManyPixels(file: name, size: size, limit: maximumPixels) }
        if decodingBytes > maximumDecodingBytes {
            throw .tooMuchMemory(file: name, size: size, bytes: decodingBytes, limit: maximumDecodingBytes)
        }
    }
}

/// Something worth knowing about a picture that was read.
public enum DecodingWarning: Hashable, Sendable {
    /// The name ends like another format.
    case misnamed(extension: String, format: String)
    /// 16-bit channels were divided by 257 and rounded.
    case reducedTo8Bits
    /// Pixels that are not opaque were laid over this colour.
    case composedOver(Color)
    /// Only the still picture of an animation was read.
    case animation
    /// Printing colours were converted to red, green and blue without a colour profile.
    case convertedFromCMYK
    /// The file asks for turning; the pixels are in stored order.
    case notTurned(Orientation)
    /// The library noticed a fault outside the pixel data, which does not matter here.
    case ignored(String)
    /// A lenient reading kept an incomplete picture.
    case damaged(String)
}

extension DecodingWarning: CustomStringConvertible {
    public var description: String {
        switch self {
        case .misnamed(let ending, let format): "the name ends in .\(printable(ending)), the content is \(format)"
        case .reducedTo8Bits: "16 bits a channel were reduced to 8 (divided by 257, rounded)"
        case .composedOver(let colour):
            "transparent pixels were laid over the colour \(colour.red), \(colour.green), \(colour.blue)"
        case .animation: "this is an animation; only its still picture is read"
        case .convertedFromCMYK: "CMYK was converted to RGB without a colour profile"
        case .notTurned(let orientation):
            "the file asks to be turned (EXIF orientation \(orientation.rawValue)); pixels are kept in stored order"
        case .ignored(let text): "ignored: \(printable(text))"
        case .damaged(let text): "damaged, the missing pixels are black: \(printable(text))"
        }
    }
}
