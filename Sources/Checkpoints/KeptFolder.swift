import WholeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A folder of files that are kept between runs, each under a key that spells out all that decides it.
///
/// A file is called by 128 bits of its key's SHA-256, and holds the key among its texts. So what belongs here is known from
/// anything else that lies in the folder; nothing else is counted or removed.
package struct KeptFolder: Sendable {
    package let folder: String
    /// The end of the files' names, with its dot.
    package let suffix: String

    /// Where a file has its key.
    package static let keyName = "vitrine.key"

    package init(_ folder: String, suffix: String) {
        self.folder = folder
        self.suffix = suffix
    }

    /// The file of a key; empty where there is no folder.
    package func path(of key: String) -> String { folder.isEmpty ? "" : path(ofName: fileName(of: key)) }

    private func path(ofName name: String) -> String { folder + (folder.hasSuffix("/") ? "" : "/") + name }

    /// What the file of a key is called.
    package func fileName(of key: String) -> String { Self.fileName(of: key, suffix: suffix) }

    /// What the file of a key is called in a folder of files that end so.
    package static func fileName(of key: String, suffix: String) -> String {
        var digest = SHA256()
        Array(key.utf8).withUnsafeBytes { digest.update($0) }
        return digest.hexadecimalDigest().prefix(32) + suffix
    }

    /// Makes a file the one that was used last. In a folder that cannot be written it stays as old as it is.
    package func markUsed(_ key: String) {
        utimensat(AT_FDCWD, path(of: key), nil, 0)
    }

    /// When the files of some keys take more than `limitBytes` together, removes those that were used longest ago.
    ///
    /// - Parameters:
    ///   - freeBytes: how much of the limit is to be free then, so that the next files need no search.
    ///   - spared: the key of a file that stays in any case.
    ///   - isWanted: which keys' files are counted and may be removed.
    package func shrink(
        to limitBytes: Int, leavingFree freeBytes: Int = 0, sparing spared: String,
        where isWanted: (_ key: String) -> Bool = { _ in true }
    ) {
        let named = filesNamedAsKept()
        guard named.reduce(0, { $0 + $1.bytes }) > limitBytes else { return }
        let files = named.filter { file in
            guard let key = (try? Checkpoint.open(file.path))?.metadata[Self.keyName] else { return false }
            return isWanted(key) && path(of: key) == file.path
        }
        var taken = files.reduce(0) { $0 + $1.bytes }
        if taken <= limitBytes { return }
        for file in files.sorted(by: { $0.lastUse < $1.lastUse }) where file.path != path(of: spared) {
            if taken <= limitBytes - freeBytes { return }
            if unlink(file.path) == 0 { taken -= file.bytes }
        }
    }

    private struct File {
        let path: String
        let bytes: Int
        /// Seconds and nanoseconds.
        let lastUse: (Int, Int)
    }

    /// The folder's files with names like those of kept ones, links left out.
    private func filesNamedAsKept() -> [File] {
        // A system call would see such a name only up to its zero byte.
        if folder.utf8.contains(0) { return [] }
        let length = fileName(of: "").utf8.count
        return ((try? FolderEntries.all(in: folder).get()) ?? []).compactMap { name in
            guard name.utf8.count == length, name.hasSuffix(suffix) else { return nil }
            let path = path(ofName: name)
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            #if canImport(Darwin)
                let time = status.st_mtimespec
            #else
                let time = status.st_mtim
            #endif
            return File(path: path, bytes: Int(status.st_size), lastUse: (Int(time.tv_sec), Int(time.tv_nsec)))
        }
    }
}
