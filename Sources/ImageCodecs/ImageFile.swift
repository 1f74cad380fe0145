import Imaging

/// Picture files in: PNG, JPEG and BMP, told apart by their first bytes.
public enum ImageFile {
    /// Reads and decodes the picture at `path`.
    ///
    /// Grey pictures become colour with three equal channels; see `DecodingOptions` for limits, transparency and
    /// orientation. The size is checked against the header before memory is taken for the pixels.
    public static func decode(
        _ path: String, options: DecodingOptions = DecodingOptions()
    ) throws(ImageCodecError) -> DecodedImage {
        let bytes = try RegularFile.read(path, maximumBytes: options.maximumFileBytes)
        return try decode(bytes, name: path, options: options)
    }

    /// The bytes of a picture whose path need not be UTF-8, to be decoded with its name.
    ///
    /// - Parameters:
    ///   - path: the bytes of the path, with a zero behind them.
    ///   - name: stands for the file in errors.
    ///   - options: the limit on the length.
    package static func contents(
        ofPath path: UnsafePointer<CChar>, name: String, options: DecodingOptions = DecodingOptions()
    ) throws(ImageCodecError) -> [UInt8] {
        try RegularFile.read(bytesOfPath: path, name: name, maximumBytes: options.maximumFileBytes)
    }

    /// Decodes a picture in memory.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - name: stands for the file in errors; its ending is compared with the content.
    ///   - options: limits and choices.
    public static func decode(
        _ bytes: [UInt8], name: String, options: DecodingOptions = DecodingOptions()
    ) throws(ImageCodecError) -> DecodedImage {
        var picture: UnturnedPicture
        switch try format(of: bytes, name: name) {
        case .png: picture = try PNGDecoder(bytes: bytes, name: name, options: options).decode()
        case .jpeg: picture = try JPEGDecoder(bytes: bytes, name: name, options: options).decode()
        case .bmp: picture = try BMPDecoder(bytes: bytes, name: name, options: options).decode()
        }
        if let ending = misleadingEnding(of: name, format: picture.format) {
            picture.warnings.insert(.misnamed(extension: ending, format: picture.format), at: 0)
        }
        let isTurned = options.appliesOrientation && picture.orientation != .upright
        if !isTurned && picture.orientation != .upright {
            picture.warnings.append(.notTurned(picture.orientation))
        }
        return DecodedImage(
            image: isTurned ? picture.image.turned(upright: picture.orientation) : picture.image,
            warnings: picture.warnings, orientation: picture.orientation, isTurned: isTurned,
            sourceDescription: "\(picture.format), \(picture.kind)")
    }

    enum Format {
        case png
        case jpeg
        case bmp
    }

    /// What the first bytes say.
    static func format(of bytes: [UInt8], name: String) throws(ImageCodecError) -> Format {
        if bytes.isEmpty { throw .emptyFile(file: name) }
        switch FileKind(bytes) {
        case .png: return .png
        case .jpeg: return .jpeg
        case .bmp: return .bmp
        case .unsupported(let format): throw .unsupportedFormat(file: name, format: format)
        case .other(let found): throw .notAPicture(file: name, found: found)
        }
    }

    /// The ending of `name` where it belongs to another picture format than the content.
    private static func misleadingEnding(of name: String, format: String) -> String? {
        let file = name.split(separator: "/").last ?? ""
        guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return nil }
        let ending = file[file.index(after: dot)...].lowercased()
        let decoded = ["PNG": ["png", "apng"], "JPEG": ["jpg", "jpeg", "jpe", "jfif"], "BMP": ["bmp", "dib"]]
        let isKnown =
            ["webp", "tif", "tiff", "gif", "heic"].contains(ending) || decoded.values.contains { $0.contains(ending) }
        return isKnown && decoded[format]?.contains(ending) == false ? ending : nil
    }
}

/// What a decoder hands to `ImageFile`.
struct UnturnedPicture {
    var image: Image
    var format: String
    var kind: String
    var orientation: Orientation
    var warnings: [DecodingWarning]
}

extension Image {
    /// A picture whose pixels a decoder fills in, from the bytes of its file. What is never reached stays black.
    init(
        decoding bytes: [UInt8], size: ImageSize,
        _ fill: (UnsafeBufferPointer<UInt8>, UnsafeMutableBufferPointer<UInt8>) throws(ImageCodecError) -> Void
    ) throws(ImageCodecError) {
        var pixels = [UInt8](repeating: 0, count: 3 * size.pixelCount)
        try bytes.withUnsafeBufferPointer { source throws(ImageCodecError) in
            try pixels.withUnsafeMutableBufferPointer { target throws(ImageCodecError) in try fill(source, target) }
        }
        self.init(size: size, pixels: pixels)
    }
}
