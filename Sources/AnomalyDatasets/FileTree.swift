import PictureLists
import SystemPackage

/// The picture files below a folder by their names alone. What begins with a dot is hidden, and passed over.
struct FileTree {
    /// A file by the names that lead to it.
    struct File: Hashable {
        /// From the root; the last one is the file's.
        var names: [String]

        var path: String { names.joined(separator: "/") }
        var folder: [String] { Array(names.dropLast()) }
        var name: String { names.last ?? "" }

        /// The name without its ending.
        var stem: String {
            guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
            return String(name[..<dot])
        }

        /// In lower case, without the dot.
        var ending: String {
            guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
            return name[name.index(after: dot)...].lowercased()
        }
    }

    /// What the formats of pictures end in. Some are not decoded: then the fault says so, and no file is lost silently.
    private static let endings: Set<String> = [
        "avif", "bmp", "gif", "heic", "jpeg", "jpg", "mat", "pgm", "png", "ppm", "tif", "tiff", "webp",
    ]
    /// Deeper than any known layout.
    private static let depthLimit = 12

    /// Pictures, and whatever has the name of one, sorted by the bytes of their paths.
    private(set) var pictures: [File] = []
    /// Lists and others, sorted in the same way.
    private(set) var others: [File] = []
    /// Every folder, by the names that lead to it.
    private(set) var folders: [[String]] = []
    private(set) var faults: [DatasetFault] = []

    private var picturesOfFolder: [[String]: [File]] = [:]

    /// - Throws: `DatasetError.unreadable` for a root that cannot be listed.
    init(of root: String) throws(DatasetError) {
        let entries: [FolderListing.Entry]
        do throws(FolderListing.Refused) { entries = try FolderListing.entries(of: FilePath(root)) } catch {
            throw .unreadable(root: root, reason: error.reason)
        }
        add(entries, of: FilePath(root), names: [])
        let sorted = pictures.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        pictures = sorted
        others.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        folders.sort { $0.joined(separator: "/").utf8.lexicographicallyPrecedes($1.joined(separator: "/").utf8) }
        picturesOfFolder = Dictionary(grouping: sorted, by: \.folder)
    }

    private mutating func add(_ entries: [FolderListing.Entry], of folder: FilePath, names: [String]) {
        for entry in entries where entry.name.first != UInt8(ascii: ".") {
            let path = FilePath(bytes: folder.bytes + [UInt8(ascii: "/")] + entry.name)
            guard let name = String(validating: entry.name, as: UTF8.self) else {
                let shown = (names + [PathText.readable(entry.name)]).joined(separator: "/")
                faults.append(.unreadableName(file: shown))
                continue
            }
            let file = File(names: names + [name])
            switch FileKind(path) {
            case .file:
                if Self.endings.contains(file.ending) { pictures.append(file) } else { others.append(file) }
            case .folder:
                if names.count >= Self.depthLimit { continue }
                folders.append(file.names)
                do throws(FolderListing.Refused) {
                    add(try FolderListing.entries(of: path), of: path, names: file.names)
                } catch {
                    faults.append(.closedFolder(folder: file.path, reason: error.reason))
                }
            case .special, .danglingLink, .missing, .refused:
                if Self.endings.contains(file.ending) { faults.append(.missingFile(file: file.path)) }
            }
        }
    }

    /// The pictures in a folder, not below it. Names are compared as they are.
    func pictures(in folder: [String]) -> [File] { picturesOfFolder[folder] ?? [] }

    /// The pictures in a folder and below it.
    func pictures(below folder: [String]) -> [File] { pictures.filter { $0.names.starts(with: folder) } }

    /// The folders in a folder.
    func folders(in folder: [String]) -> [[String]] {
        folders.filter { $0.count == folder.count + 1 && $0.starts(with: folder) }
    }

    /// The folder of this name, in whichever case, in a folder.
    func folder(_ name: String, in folder: [String]) -> [String]? {
        folders(in: folder).first { $0.last?.lowercased() == name }
    }

    /// The folder that these names lead to, in whichever case.
    func folder(_ names: [String], in folder: [String]) -> [String]? {
        names.reduce(folder) { found, name in found.flatMap { self.folder(name, in: $0) } }
    }
}
