import Checkpoints
import WholeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension KeptTensors {
    /// Makes an entry the one that was used last. In a folder that cannot be written it stays as old as it is.
    func markUsed(_ key: String) {
        utimensat(AT_FDCWD, path(of: key), nil, 0)
    }

    /// When the entries of some keys take more than `limitBytes` together, removes those that were used longest ago, until
    /// a quarter of the limit is free, so that the next entries need no search.
    ///
    /// An entry is known by its name, which follows from the key inside. No other file is counted or removed.
    ///
    /// - Parameters:
    ///   - spared: the key of an entry that stays in any case.
    ///   - isWanted: which keys' entries are counted and may be removed.
    func shrink(to limitBytes: Int, sparing spared: String, where isWanted: (_ key: String) -> Bool) {
        let files = filesNamedAsEntries()
        guard files.reduce(0, { $0 + $1.bytes }) > limitBytes else { return }
        let entries = files.filter { file in
            guard let key = (try? Checkpoint.open(file.path))?.metadata[Self.keyName] else { return false }
            return isWanted(key) && path(of: key) == file.path
        }
        var taken = entries.reduce(0) { $0 + $1.bytes }
        if taken <= limitBytes { return }
        for entry in entries.sorted(by: { $0.lastUse < $1.lastUse }) where entry.path != path(of: spared) {
            if taken <= limitBytes - limitBytes / 4 { return }
            if unlink(entry.path) == 0 { taken -= entry.bytes }
        }
    }

    private struct File {
        let path: String
        let bytes: Int
        /// Seconds and nanoseconds.
        let lastUse: (Int, Int)
    }

    /// The folder's files with names like those of entries, links left out.
    private func filesNamedAsEntries() -> [File] {
        // A system call would see such a name only up to its zero byte.
        if folder.utf8.contains(0) { return [] }
        let length = Self.fileName(of: "").utf8.count
        return ((try? FolderEntries.all(in: folder).get()) ?? []).compactMap { name in
            guard name.utf8.count == length, name.hasSuffix(".safetensors") else { return nil }
            let path = folder + (folder.hasSuffix("/") ? "" : "/") + name
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
