import Imaging

/// What the chunks of a PNG say before any pixel is decoded.
struct PNGOutline {
    /// More chunks than any honest picture has; each costs time.
    static let maximumChunks = 100_000

    var size: ImageSize
    var bitDepth: Int
    var colourType: Int
    var isInterlaced: Bool
    var orientation = Orientation.upright
    var isAnimation = false
    /// Whether a colour or palette entries are transparent.
    var hasTransparency = false
    /// Whether the last chunk is complete and closes the file.
    var isComplete = false

    init(_ bytes: [UInt8], name: String) throws(ImageCodecError) {
        let cursor = ByteCursor(bytes[...])
        let signature = 8
        guard let length = cursor.uint32(at: signature), let type = cursor.slice(at: signature + 4, length: 4) else {
            throw .truncated(file: name, format: "PNG")
        }
        guard length == 13 && type.elementsEqual("IHDR".utf8) else {
            throw .damaged(file: name, format: "PNG", reason: "it does not begin with a 13-byte IHDR chunk")
        }
        guard let width = cursor.uint32(at: 16), let height = cursor.uint32(at: 20), let depth = cursor.byte(at: 24),
            let colour = cursor.byte(at: 25), let interlace = cursor.byte(at: 28)
        else { throw .truncated(file: name, format: "PNG") }
        guard width <= Int(Int32.max) && height <= Int(Int32.max) else {
            throw .damaged(file: name, format: "PNG", reason: "a side is longer than the format allows")
        }
        size = ImageSize(width: width, height: height)
        guard size.pixelCount <= DecodingOptions.countablePixels else {
            throw .tooManyPixels(file: name, size: size, limit: DecodingOptions.countablePixels)
        }
        bitDepth = Int(depth)
        colourType = Int(colour)
        isInterlaced = interlace != 0
        try readChunks(cursor, name: name)
    }

    private mutating func readChunks(_ cursor: ByteCursor, name: String) throws(ImageCodecError) {
        var offset = 8
        var count = 0
        while let length = cursor.uint32(at: offset), let type = cursor.slice(at: offset + 4, length: 4) {
            count += 1
            if count > Self.maximumChunks { throw .tooManyChunks(file: name, limit: Self.maximumChunks) }
            guard let content = cursor.slice(at: offset + 8, length: length),
                cursor.slice(at: offset + 8 + length, length: 4) != nil
            else { return }
            if type.elementsEqual("eXIf".utf8) {
                orientation = EXIFOrientation.find(in: content) ?? orientation
            } else if type.elementsEqual("acTL".utf8) {
                isAnimation = true
            } else if type.elementsEqual("tRNS".utf8) {
                hasTransparency = true
            } else if type.elementsEqual("IEND".utf8) {
                isComplete = true
                return
            }
            offset += 12 + length
        }
    }
}
