import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Folders by their absolute paths, as bytes without the first and the last slash, so that two ways of writing one path
/// come out equal.
struct AbsolutePath {
    private let current: [UInt8]

    init() {
        current = Self.components(Self.text(getcwd(nil, 0)) ?? [])
    }

    /// Links stay in the path, as they belong to the name that the user gave. Only a path with `..` is resolved, since the
    /// folder above a link is another than the text says.
    func of(_ folder: FilePath) -> [UInt8] {
        let bytes = folder.bytes
        if bytes.split(separator: slash).contains(where: { $0.elementsEqual("..".utf8) }),
            let resolved = folder.withPlatformString({ Self.text(realpath($0, nil)) })
        {
            return Self.components(resolved)
        }
        let own = Self.components(bytes)
        if folder.isAbsolute || current.isEmpty { return own }
        return own.isEmpty ? current : current + [slash] + own
    }

    private static func components(_ bytes: [UInt8]) -> [UInt8] {
        Array(bytes.split(separator: slash).filter { !$0.elementsEqual(".".utf8) }.joined(separator: [slash]))
    }

    /// The bytes of a text that the system allocated.
    private static func text(_ pointer: UnsafeMutablePointer<CChar>?) -> [UInt8]? {
        guard let pointer else { return nil }
        defer { free(pointer) }
        return Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
    }
}
