import ResultFolders
import SystemPackage
import WholeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Looks for pictures in folders and by patterns, and keeps account of what it passes over.
///
/// What begins with a dot is hidden, as for a shell: folders of tools, and the files `._x.png` in which other systems keep
/// what they know of `x.png`.
struct PictureSearch {
    /// The ends of names that are looked for in folders. What a file really is, its first bytes decide later.
    static let endings = ["bmp", "jpeg", "jpg", "png"]
    private static let otherEndings = [
        "avif", "dng", "gif", "heic", "heif", "jp2", "jxl", "pgm", "ppm", "tif", "tiff", "webp",
    ]

    /// Of the output folder, which may lie inside an input folder and is not walked.
    let output: FolderIdentity?
    private(set) var passedOver = PassedOver()

    init(output: FilePath?) {
        if let output, case .folder(let identity) = FileKind(output) {
            self.output = identity
        } else {
            self.output = nil
        }
    }

    mutating func pass(over path: FilePath, _ reason: PassedOver.Reason) { passedOver.add(reason, path) }

    // MARK: Folders

    /// The paths of the pictures below a folder, relative to it, sorted by their bytes.
    ///
    /// - Parameter found: is called for each, in their order.
    mutating func walk(_ folder: FilePath, _ identity: FolderIdentity, _ found: (_ relative: [UInt8]) -> Void) {
        walk(folder, below: [], ancestors: [identity], found)
    }

    private mutating func walk(
        _ folder: FilePath, below: [UInt8], ancestors: [FolderIdentity], _ found: (_ relative: [UInt8]) -> Void
    ) {
        guard let entries = entries(of: folder) else { return }
        if entries.contains(where: { $0.name.elementsEqual(ResultMark.name.utf8) }),
            folder.withPlatformString({ ResultMark.files(in: $0) }) != nil
        {
            return passedOver.add(.results, folder)
        }
        // Paths are in order when a folder's name is compared with its slash behind it.
        let sorted = entries.lazy.filter { $0.name.first != UInt8(ascii: ".") }
            .compactMap { entry -> (name: [UInt8], kind: FileKind)? in
                let kind = Self.kind(of: entry, in: folder)
                switch kind {
                case .folder: return (entry.name + [slash], kind)
                case .file, .special: return Self.ending(of: entry.name) == nil ? nil : (entry.name, kind)
                case .danglingLink, .refused, .missing: return (entry.name, kind)
                }
            }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
        for (name, kind) in sorted {
            let path = folder.appending(name)
            switch kind {
            case .folder(let identity):
                if identity == output { continue }
                if ancestors.contains(identity) {
                    passedOver.add(.loop, path)
                } else {
                    walk(path, below: below + name, ancestors: ancestors + [identity], found)
                }
            case .file:
                if Self.ending(of: name) == .picture { found(below + name) } else { passedOver.add(.otherFormat, path) }
            case .special: passedOver.add(.special, path)
            case .danglingLink: passedOver.add(.danglingLink, path)
            case .refused(let code): passedOver.add(.unreadable, path, detail: systemMessage(code))
            case .missing: break  // It was removed since the folder was read.
            }
        }
    }

    private mutating func entries(of folder: FilePath) -> [FolderListing.Entry]? {
        do throws(FolderListing.Refused) {
            return try FolderListing.entries(of: folder)
        } catch {
            passedOver.add(.unreadable, folder, detail: error.reason)
            return nil
        }
    }

    private static func kind(of entry: FolderListing.Entry, in folder: FilePath) -> FileKind {
        // A folder is looked at for its identity.
        guard let kind = entry.kind, kind != Int32(DT_DIR) else { return FileKind(folder.appending(entry.name)) }
        return kind == Int32(DT_REG) ? .file : .special
    }

    private enum Ending { case picture, otherFormat }

    private static func ending(of name: [UInt8]) -> Ending? {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let ending = String(decoding: name[(dot + 1)...], as: UTF8.self).lowercased()
        return endings.contains(ending) ? .picture : otherEndings.contains(ending) ? .otherFormat : nil
    }

    // MARK: Patterns

    static func isPattern(_ path: FilePath) -> Bool { path.bytes.contains(where: isMagic) }

    private static func isMagic(_ byte: UInt8) -> Bool { "*?[".utf8.contains(byte) }

    /// What a pattern matches, compared byte by byte and sorted so; names that begin with a dot only where the pattern
    /// does so, too.
    mutating func matches(of pattern: FilePath) -> [FilePath] {
        var found = [pattern.isAbsolute ? FilePath("/") : FilePath()]
        for part in pattern.bytes.split(separator: slash) {
            let part = Array(part)
            if !part.contains(where: Self.isMagic) {
                found = found.map { $0.appending(part) }
                continue
            }
            found = found.flatMap { folder -> [FilePath] in
                let place = folder.isEmpty ? FilePath(".") : folder
                guard case .folder = FileKind(place), let entries = entries(of: place) else { return [] }
                return entries.map(\.name).filter { Self.matches($0, part) }
                    .sorted { $0.lexicographicallyPrecedes($1) }.map { folder.appending($0) }
            }
        }
        return found.filter { FileKind($0) != .missing }
    }

    private static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
        FilePath(bytes: name).withPlatformString { name in
            FilePath(bytes: pattern).withPlatformString { fnmatch($0, name, FNM_PERIOD) == 0 }
        }
    }
}

extension FilePath {
    fileprivate func appending(_ name: [UInt8]) -> FilePath {
        isEmpty ? FilePath(bytes: name) : FilePath(bytes: bytes + [slash] + name)
    }
}
