import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files that have not got their names yet, `.vitrine-PROCESS-NUMBER.part` beside their places.
///
/// Whoever writes one holds the system's lock on it, which ends with the process however that ends, on this machine or
/// another. So an unfinished file without a lock is one that a killed process left, and can be removed.
package enum UnfinishedFile {
    private static let prefix = ".vitrine-"
    private static let suffix = ".part"
    /// Those of this process.
    private static let own = Mutex<Set<String>>([])

    /// Makes a new one in a folder and locks it.
    static func make(in folder: String) -> Result<(path: String, descriptor: Int32), SystemError> {
        while true {
            let number = String(UInt64.random(in: 0 ... .max), radix: 36)
            let path = "\(folder)/\(prefix)\(getpid())-\(number)\(suffix)"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else { return .failure(SystemError(code: errno)) }
            // Another process may have removed it before it was locked. Some file systems know no locks; there nothing
            // is ever removed either.
            let isTaken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
            if !isTaken, isNamed(descriptor, path) {
                _ = own.withLock { $0.insert(path) }
                return .success((path, descriptor))
            }
            close(descriptor)
        }
    }

    /// Removes one of this process; nothing where it has got its name.
    static func remove(_ path: String) {
        own.withLock { own in
            own.remove(path)
            unlink(path)
        }
    }

    /// Removes all of this process, for one that is about to end without waiting for its threads.
    package static func removeOwn() {
        own.withLock { own in for path in own { unlink(path) } }
    }

    /// Removes what killed processes left in a folder.
    package static func clear(in folder: String) {
        for name in (try? FolderEntries.all(in: folder).get()) ?? []
        where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
            let path = folder + "/" + name
            let descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            var status = stat()
            if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                flock(descriptor, LOCK_EX | LOCK_NB) == 0, isNamed(descriptor, path)
            {
                unlink(path)
            }
            close(descriptor)
        }
    }

    /// Whether an open file is what stands under a path, no link followed.
    package static func isNamed(_ descriptor: Int32, _ path: String) -> Bool {
        var held = stat()
        var named = stat()
        return fstat(descriptor, &held) == 0 && lstat(path, &named) == 0 && held.st_ino == named.st_ino
            && held.st_dev == named.st_dev
    }
}
