/// Paths and names as text. On a disk they are bytes, which need not be UTF-8; a byte that is none is written `%FF`, with
/// its two hexadecimal digits.
package enum PathText {
    /// For people: a name that is UTF-8 stays as it is.
    package static func readable(_ bytes: [UInt8]) -> String {
        String(validating: bytes, as: UTF8.self) ?? escaping(bytes, percentSigns: false)
    }

    /// Text that no other name has. A percent sign becomes `%25` where it would otherwise be read as the beginning of such
    /// a byte or of such a percent sign: before `25` and before the digits of a byte from `80` on.
    package static func unique(_ bytes: [UInt8]) -> String {
        if !bytes.contains(percent), let text = String(validating: bytes, as: UTF8.self) { return text }
        return escaping(bytes, percentSigns: true)
    }

    private static let percent = UInt8(ascii: "%")
    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func escaping(_ bytes: [UInt8], percentSigns: Bool) -> String {
        var text: [UInt8] = []
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var position = 0
        func escape(_ byte: UInt8) { text += [percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        while true {
            switch parser.parseScalar(from: &rest) {
            case .valid(let scalar):
                if percentSigns, escapedByte(in: bytes, at: position) != nil {
                    escape(percent)
                } else {
                    text += scalar
                }
                position += scalar.count
            case .error(let length):
                for byte in bytes[position..<(position + length)] { escape(byte) }
                position += length
            case .emptyInput: return String(decoding: text, as: UTF8.self)
            }
        }
    }

    /// What `%` and two digits at this place stand for; nil where nothing of the kind stands there.
    private static func escapedByte(in text: [UInt8], at position: Int) -> UInt8? {
        guard text[position] == percent, position + 2 < text.count,
            let high = digits.firstIndex(of: text[position + 1]), let low = digits.firstIndex(of: text[position + 2])
        else { return nil }
        let byte = UInt8(high << 4 | low)
        return byte >= 0x80 || byte == percent ? byte : nil
    }
}
