import ArgumentParser
import PictureLists
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What stands on the command line, byte for byte. The argument parser works on texts, and a file name need not be one:
/// each byte that is not UTF-8 travels through the parser as a character of a private plane that nobody writes.
enum RawArguments {
    /// The arguments behind the command's name, for the parser.
    static func texts() -> [String] {
        (1..<max(Int(CommandLine.argc), 1)).compactMap { index in
            CommandLine.unsafeArgv[index].map { text(of: Array(UnsafeRawBufferPointer(start: $0, count: strlen($0)))) }
        }
    }

    /// The bytes of an argument as they stood on the command line.
    static func bytes(of text: String) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar in
            plane.contains(scalar.value)
                ? [UInt8(scalar.value - plane.lowerBound)] : Array(UTF8.encode(scalar) ?? .init())
        }
    }

    static func text(of bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes.makeIterator()
        var position = 0
        func stand(for bytes: ArraySlice<UInt8>) {
            for byte in bytes {
                if let scalar = Unicode.Scalar(plane.lowerBound + UInt32(byte)) { text.append(scalar) }
            }
        }
        while true {
            switch parser.parseScalar(from: &rest) {
            case .valid(let encoded):
                let scalar = UTF8.decode(encoded)
                let end = position + encoded.count
                // What would be mistaken for a byte is taken apart as well.
                if plane.contains(scalar.value) { stand(for: bytes[position..<end]) } else { text.append(scalar) }
                position = end
            case .error(let length):
                stand(for: bytes[position..<(position + length)])
                position += length
            case .emptyInput: return String(text)
            }
        }
    }

    /// Refuses an argument that is not UTF-8 in a place where texts are meant, such as the name of an output folder.
    ///
    /// - Throws: A ``CommandFailure`` with status `usage`.
    static func check(_ texts: [String], of command: any ParsableCommand) throws {
        let paths = (command as? any ReadsPictures)?.pictureOptions.sources.paths ?? []
        let strange = texts.filter { !isText($0) }
        if let first = strange.first, strange.count > paths.count(where: { !isText(text(of: $0.path.bytes)) }) {
            throw CommandFailure.usage(
                "\(PathText.readable(bytes(of: first))) is not UTF-8; only the names of pictures may be something else")
        }
    }

    /// Whether a text holds no bytes that are not UTF-8.
    private static func isText(_ text: String) -> Bool { !text.unicodeScalars.contains { plane.contains($0.value) } }

    /// The last 256 characters of the last private plane.
    private static let plane: ClosedRange<UInt32> = 0x10FF00...0x10FFFF
}
