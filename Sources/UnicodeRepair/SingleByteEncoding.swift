/// An encoding with one byte for a character, as ftfy uses them: ASCII below, its own characters above.
struct SingleByteEncoding: Sendable {
    /// The characters of the bytes 80 to FF.
    let upperHalf: [Unicode.Scalar]
    /// Whether the byte 1A stands for a character that was lost (U+FFFD).
    let marksLosses: Bool
    /// Whether a space may stand for a lost byte A0. Not in Mac OS Roman, where such text is often meant.
    let restoresSpaces: Bool
    private let bytes: [Unicode.Scalar: UInt8]

    private static let substitute: UInt8 = 0x1A
    private static let replacement: Unicode.Scalar = "\u{FFFD}"

    private init(_ upperHalf: [Unicode.Scalar], marksLosses: Bool = false, restoresSpaces: Bool = true) {
        self.upperHalf = upperHalf
        self.marksLosses = marksLosses
        self.restoresSpaces = restoresSpaces
        var bytes: [Unicode.Scalar: UInt8] = [:]
        for (byte, scalar) in zip(UInt8(0x80)...0xFF, upperHalf) { bytes[scalar] = byte }
        if marksLosses { bytes[Self.replacement] = Self.substitute }
        self.bytes = bytes
    }

    private init(windows table: String) {
        self.init(TableReader.words(table).flatMap(TableReader.characters), marksLosses: true)
    }

    /// The bytes that this text would have been decoded from, nil when it holds other characters.
    func encoded(_ text: [Unicode.Scalar]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for scalar in text {
            if scalar.isASCII, !(marksLosses && scalar.value == UInt32(Self.substitute)) {
                result.append(UInt8(truncatingIfNeeded: scalar.value))
            } else if let byte = bytes[scalar] {
                result.append(byte)
            } else {
                return nil
            }
        }
        return result
    }

    static let latin1 = SingleByteEncoding((0x80...0xFF).map { Unicode.Scalar(UInt8($0)) })
    static let windows1252 = SingleByteEncoding(windows: SingleByteTable.windows1252)
    private static let windows1251 = SingleByteEncoding(windows: SingleByteTable.windows1251)
    private static let windows1250 = SingleByteEncoding(windows: SingleByteTable.windows1250)
    private static let windows1253 = SingleByteEncoding(windows: SingleByteTable.windows1253)
    private static let windows1254 = SingleByteEncoding(windows: SingleByteTable.windows1254)
    private static let windows1257 = SingleByteEncoding(windows: SingleByteTable.windows1257)

    /// In the order in which they are tried.
    static let all: [SingleByteEncoding] =
        likeLatin1 + [
            SingleByteEncoding(TableReader.words(SingleByteTable.iso8859Part2).flatMap(TableReader.characters)),
            SingleByteEncoding(
                TableReader.words(SingleByteTable.macRoman).flatMap(TableReader.characters), restoresSpaces: false),
            SingleByteEncoding(TableReader.words(SingleByteTable.codePage437).flatMap(TableReader.characters)),
        ]

    /// Latin-1 and its relatives, which have letters where UTF-8 has the first bytes of characters.
    static let likeLatin1 = [latin1, windows1252, windows1251, windows1250, windows1253, windows1254, windows1257]
}
