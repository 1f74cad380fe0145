import WholeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The file `.vitrine` in every result's folder. It says that Vitrine made the folder and names the files that it wrote.
///
/// Only a folder whose every entry is named there may be replaced or removed.
package enum ResultMark {
    package static let name = ".vitrine"
    private static let firstLine = "vitrine result 1"
    /// More than any result has; what is longer is not a mark.
    private static let limitBytes = 1 << 16

    /// What stands under a path.
    package enum Standing: Hashable, Sendable {
        case nothing
        /// A result, with the names of its files, the mark's own left out.
        case result(files: [String])
        case stranger(OutputFolderError.Stranger)
    }

    /// Looks, and follows no link.
    package static func standing(at path: String) throws(OutputFolderError) -> Standing {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return .nothing }
            throw .failed(path: path, operation: "looking at", code: errno)
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: break
        case S_IFLNK: return .stranger(.link)
        default: return .stranger(.file)
        }
        guard let listed = files(in: path) else { return .stranger(.folder) }
        for entry in try FolderEntries.names(in: path) where entry != name {
            var status = stat()
            let isFile = lstat(path + "/" + entry, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            guard isFile, listed.contains(entry) else { return .stranger(.resultWith(name: entry)) }
        }
        return .result(files: listed)
    }

    /// The text of a mark for these files.
    static func text(files: [String]) -> String {
        ([firstLine] + files.sorted()).map { $0 + "\n" }.joined()
    }

    /// The names in a folder's mark; nil where it has none. Enough to tell results from pictures.
    package static func files(in folder: UnsafePointer<CChar>) -> [String]? {
        let place = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard place >= 0 else { return nil }
        defer { close(place) }
        let descriptor = openat(place, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limitBytes)
        let count = read(descriptor, &bytes, limitBytes)
        guard count > 0, count < limitBytes else { return nil }
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        guard lines.first == firstLine else { return nil }
        return Array(lines.dropFirst())
    }

    /// Removes a result: the files that its mark names, the mark, the folder. What is not named keeps the folder.
    static func removeResult(at path: String) {
        for file in files(in: path) ?? [] { unlink(path + "/" + file) }
        if let names = try? FolderEntries.names(in: path), names == [name] { unlink(path + "/" + name) }
        rmdir(path)
    }
}

extension FolderEntries {
    /// Sorted by their bytes, without `.` and `..`.
    static func names(in folder: String) throws(OutputFolderError) -> [String] {
        switch all(in: folder) {
        case .success(let names): names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        case .failure(let error): throw .failed(path: folder, operation: "reading the folder", code: error.code)
        }
    }
}
