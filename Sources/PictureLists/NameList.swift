package import SystemPackage
import WholeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A list of paths: one a line, or each with a zero byte behind it as `find -print0` writes them.
package enum NameList {
    /// The ends of lines may be those of Windows, the file may begin with a byte order mark, empty lines do not count.
    /// Between zero bytes, each name is taken as it is.
    ///
    /// - Parameters:
    ///   - file: any file, a pipe included; nil for standard input.
    ///   - endsInZero: what the names end in.
    package static func read(_ file: FilePath?, endsInZero: Bool) throws(PictureListError) -> [FilePath] {
        let name = file.map { PathText.readable($0.bytes) } ?? "standard input"
        let names = try names(in: try bytes(of: file, name), name, endsInZero: endsInZero)
        if names.isEmpty { throw .emptyList(name: name) }
        return names
    }

    private static func names(
        in bytes: [UInt8], _ list: String, endsInZero: Bool
    ) throws(PictureListError) -> [FilePath] {
        if endsInZero { return bytes.split(separator: 0).map { FilePath(bytes: $0) } }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let lines = bytes[(bytes.starts(with: mark) ? mark.count : 0)...]
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var names: [FilePath] = []
        for (index, line) in lines.enumerated() {
            if line.contains(0) { throw .zeroByteInList(name: list, line: index + 1) }
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            if !line.isEmpty { names.append(FilePath(bytes: line)) }
        }
        return names
    }

    private static func bytes(of file: FilePath?, _ name: String) throws(PictureListError) -> [UInt8] {
        var descriptor: Int32 = 0
        if let file { descriptor = file.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) } }
        guard descriptor >= 0 else { throw .unreadableList(name: name, reason: systemMessage(errno)) }
        defer { if file != nil { close(descriptor) } }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = piece.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadableList(name: name, reason: systemMessage(errno))
            }
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
    }
}

/// The system's call, which inside ``NameList`` would be taken for its own `read`.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
