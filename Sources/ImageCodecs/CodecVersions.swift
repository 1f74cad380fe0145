import CJPEG
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
    /// The library has no call for it, but carries the sentence in its file.
    public static var libjpegTurbo: String? {
        var place = Dl_info()
        let entry: @convention(c) () -> tjhandle? = tjInitDecompress
        guard dladdr(unsafeBitCast(entry, to: UnsafeRawPointer.self), &place) != 0, let path = place.dli_fname,
            let bytes = try? RegularFile.read(String(cString: path), maximumBytes: 64 << 20)
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
}
