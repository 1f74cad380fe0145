#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that appears under its name whole or not at all.
///
/// The bytes go into a new file in the same folder; `commit` flushes them to the disk and gives the file its name in one
/// step. Whoever reads under the name sees the old content or the new one. A value that goes away before `commit`, because
/// something was thrown, takes its own file with it and leaves the old one as it was.
package struct WholeFile<Failure: Error>: ~Copyable {
    private let failure: (WholeFileError) -> Failure
    private let path: String
    private let folder: String
    private let temporary: String
    private var descriptor: Int32

    /// Makes the new file, still without bytes and without its name.
    ///
    /// - Parameter failure: what the user of this module throws for an error of it.
    package init(path: String, failure: @escaping (WholeFileError) -> Failure) throws(Failure) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw failure(WholeFileError(path, .naming, EINVAL)) }
        let folder = Self.folder(of: path)
        switch UnfinishedFile.make(in: folder) {
        case .failure(let error): throw failure(WholeFileError(path, .creating, error.code))
        case .success(let made): (temporary, descriptor) = made
        }
        self.failure = failure
        self.path = path
        self.folder = folder
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        // After `commit` nothing stands under the temporary name any more.
        UnfinishedFile.remove(temporary)
    }

    /// Writes all bytes in one go.
    package static func write(
        _ bytes: some Collection<UInt8>, to path: String, failure: @escaping (WholeFileError) -> Failure
    ) throws(Failure) {
        let file = try WholeFile(path: path, failure: failure)
        let outcome = bytes.withContiguousStorageIfAvailable { file.put(UnsafeRawBufferPointer($0)) }
        if let outcome {
            if let code = outcome { throw file.error(.writing, code) }
        } else {
            try file.append(Array(bytes))
        }
        try file.commit()
    }

    /// Writes the memory of an array's elements behind what was written so far.
    package func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(Failure) {
        if let code = elements.withUnsafeBytes({ put($0) }) { throw error(.writing, code) }
    }

    /// Writes bytes behind what was written so far.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        if let code = put(bytes) { throw error(.writing, code) }
    }

    /// Makes the bytes durable and gives the file its name.
    package consuming func commit() throws(Failure) {
        if fsync(descriptor) != 0 { throw error(.flushing, errno) }
        // The close is looked at too: some file systems report a full disk only here. A second descriptor keeps the lock
        // until the file has its name.
        let lock = dup(descriptor)
        defer { if lock >= 0 { close(lock) } }
        let closed = close(descriptor)
        descriptor = -1
        if closed != 0 { throw error(.closing, errno) }
        if rename(temporary, path) != 0 { throw error(.naming, errno) }
        Self.flush(folder)
    }

    private func error(_ operation: WholeFileError.Operation, _ code: Int32) -> Failure {
        failure(WholeFileError(path, operation, code))
    }

    /// The error number of the write that failed; nil when all bytes were taken.
    private func put(_ bytes: UnsafeRawBufferPointer) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = rest.dropFirst(written)
        }
        return nil
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the new name durable. Some file systems cannot flush a folder; the file itself is safe by then.
    private static func flush(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

extension WholeFile<WholeFileError> {
    /// Writes all bytes in one go.
    package static func write(_ bytes: some Collection<UInt8>, to path: String) throws(WholeFileError) {
        try write(bytes, to: path) { $0 }
    }
}

/// The system's call, which inside ``WholeFile`` would be taken for its own `write`.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
