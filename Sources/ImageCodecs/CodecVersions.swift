import CPNG

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The picture libraries that this process runs with, for a version report.
public enum CodecVersions {
    /// Such as `1.6.39`.
    public static var libpng: String { String(cString: cpng_library_version()) }

    /// Such as `2.1.5`; nil where the library does not tell.
    ///
    /// The library has no call for it, but carries the sentence in its file, which the list of mapped files names.
    public static var libjpegTurbo: String? {
        guard let path = mappedFile(named: "libjpeg"),
            let bytes = try? RegularFile.read(path, maximumBytes: 64 << 20)
        else { return nil }
        return version(in: bytes)
    }

    static func version(in bytes: [UInt8]) -> String? {
        let sentence = Array("libjpeg-turbo version ".utf8)
        guard let first = sentence.first else { return nil }
        var start = bytes.startIndex
        while let found = bytes[start...].firstIndex(of: first) {
            let rest = bytes[found...]
            if rest.starts(with: sentence) {
                let number = rest.dropFirst(sentence.count).prefix { $0 == 0x2E || (0x30...0x39).contains($0) }
                if !number.isEmpty { return String(decoding: number, as: UTF8.self) }
            }
            start = found + 1
        }
        return nil
    }

    /// The path of the first file mapped into this process whose name begins so; Linux only.
    private static func mappedFile(named prefix: String) -> String? {
        guard let list = fopen("/proc/self/maps", "re") else { return nil }
        defer { fclose(list) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, list) > 0 {
            guard let line else { return nil }
            let text = String(cString: line)
            guard let slash = text.firstIndex(of: "/") else { continue }
            let path = String(text[slash...].prefix { $0 != "\n" })
            if path.split(separator: "/").last?.hasPrefix(prefix) == true { return path }
        }
        return nil
    }
}
