/// The parts of a body of the type multipart/form-data, RFC 7578, in memory.
///
/// Read are forms as browsers and curl send them: each part with a name, its bytes as they are. Parts within parts and
/// encodings of the transfer, which RFC 7578 gave up, are refused.
package struct MultipartForm: Hashable, Sendable {
    /// One field of the form.
    package struct Part: Hashable, Sendable {
        package var name: String
        /// The place of its bytes in the body.
        package var content: Range<Int>
    }

    /// Forms of this service have up to three parts.
    package static let mostParts = 16
    /// Name, file name and type of a part take some hundred bytes.
    package static let mostHeaderBytes = 4096

    let bytes: [UInt8]
    package private(set) var parts: [Part] = []

    /// - Parameters:
    ///   - bytes: the whole body.
    ///   - boundary: from the header `Content-Type`.
    package init(_ bytes: [UInt8], boundary: String) throws(MultipartFault) {
        self.bytes = bytes
        guard (1...70).contains(boundary.utf8.count) else { throw .noBoundary }
        let delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter may stand at the very beginning, without the line break that belongs to it.
        var place: Int
        if bytes.starts(with: delimiter[2...]) {
            place = delimiter.count - 2
        } else if let found = bytes.firstIndex(of: delimiter, from: 0) {
            place = found + delimiter.count
        } else {
            throw .cutOff
        }
        while !bytes[place...].starts(with: Array("--".utf8)) {
            guard let headers = try lineEnd(after: place).map({ $0 + 2 }) else { throw .cutOff }
            guard parts.count < Self.mostParts else { throw .tooManyParts }
            let (name, start) = try Self.name(in: bytes, from: headers)
            // The line break in front of the delimiter may be the empty line that ends the headers.
            guard let end = bytes.firstIndex(of: delimiter, from: start - 2) else { throw .cutOff }
            if parts.contains(where: { $0.name == name }) { throw .repeatedName(name) }
            parts.append(Part(name: name, content: start..<max(start, end)))
            place = end + delimiter.count
        }
    }

    /// The bytes of a part; nil where there is none of this name.
    package subscript(name: String) -> [UInt8]? {
        parts.first { $0.name == name }.map { Array(bytes[$0.content]) }
    }

    /// The boundary that a header `Content-Type` names; nil for other types and where it names none.
    package static func boundary(inContentType header: String) -> String? {
        let fields = header.split(separator: ";")
        guard fields.first?.trimmingSpaces.lowercased() == "multipart/form-data" else { return nil }
        for field in fields.dropFirst() {
            let pair = field.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmingSpaces.lowercased() == "boundary" else { continue }
            let value = pair[1].trimmingSpaces
            let isQuoted = value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
            return isQuoted ? String(value.dropFirst().dropLast()) : value
        }
        return nil
    }

    /// The line break behind a delimiter; blanks may stand before it.
    private func lineEnd(after place: Int) throws(MultipartFault) -> Int? {
        var place = place
        while place < bytes.count, bytes[place] == UInt8(ascii: " ") || bytes[place] == UInt8(ascii: "\t") {
            place += 1
        }
        guard place + 1 < bytes.count else { return nil }
        guard bytes[place] == UInt8(ascii: "\r"), bytes[place + 1] == UInt8(ascii: "\n") else { throw .misplacedText }
        return place
    }

    /// The name that a part's headers give it, and where its bytes begin.
    private static func name(in bytes: [UInt8], from start: Int) throws(MultipartFault) -> (String, Int) {
        let end = min(bytes.count, start + mostHeaderBytes)
        var name: String?
        var line = start
        while true {
            guard let lineEnd = bytes.firstIndex(of: Array("\r\n".utf8), from: line), lineEnd < end else {
                throw bytes.count > start + mostHeaderBytes ? .longHeaders : .cutOff
            }
            if lineEnd == line { break }
            let header = String(decoding: bytes[line..<lineEnd], as: UTF8.self)
            let pair = header.split(separator: ":", maxSplits: 1)
            guard pair.count == 2 else { throw .misplacedText }
            switch pair[0].trimmingSpaces.lowercased() {
            case "content-disposition": name = dispositionName(pair[1])
            case "content-transfer-encoding"
            where !["binary", "8bit", "7bit"].contains(
                pair[1].trimmingSpaces.lowercased()):
                throw .encodedPart
            case "content-type" where pair[1].trimmingSpaces.lowercased().hasPrefix("multipart/"): throw .nestedParts
            default: break
            }
            line = lineEnd + 2
        }
        guard let name, !name.isEmpty else { throw .namelessPart }
        return (name, line + 2)
    }

    /// `name` of `form-data; name="image"; filename="a.png"`.
    private static func dispositionName(_ value: Substring) -> String? {
        let fields = value.split(separator: ";")
        guard fields.first?.trimmingSpaces.lowercased() == "form-data" else { return nil }
        for field in fields.dropFirst() {
            let pair = field.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmingSpaces.lowercased() == "name" else { continue }
            let text = pair[1].trimmingSpaces
            return text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
                ? String(text.dropFirst().dropLast()) : text
        }
        return nil
    }
}

extension [UInt8] {
    /// The first place from `start` on at which `pattern` stands.
    fileprivate func firstIndex(of pattern: [UInt8], from start: Int) -> Int? {
        guard let first = pattern.first, start >= 0 else { return nil }
        return withUnsafeBufferPointer { bytes in
            var place = start
            while place + pattern.count <= bytes.count {
                if bytes[place] == first, bytes[place..<place + pattern.count].elementsEqual(pattern) { return place }
                place += 1
            }
            return nil
        }
    }
}

extension StringProtocol {
    /// Without spaces and tabs at both ends.
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
