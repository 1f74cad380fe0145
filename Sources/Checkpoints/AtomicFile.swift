#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that appears under its name whole or not at all.
///
/// It is written under a temporary name in the same folder. `commit` makes the bytes durable and renames; a value that
/// goes away before, because something was thrown, takes its temporary file with it, and the file that stood under the
/// path is untouched.
struct AtomicFile: ~Copyable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32

    init(path: String) throws(CheckpointError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw .cannotWrite(path: path, reason: "the name is empty or contains a zero byte")
        }
        let temporary = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).partial"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: lastSystemError()) }
        self.path = path
        self.temporary = temporary
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
        unlink(temporary)
    }

    consuming func commit() throws(CheckpointError) {
        // After a successful renaming, the unlinking in `deinit` finds nothing under the temporary name.
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            throw .cannotWrite(path: path, reason: lastSystemError())
        }
    }

    /// Writes the memory of an array's elements.
    func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(CheckpointError) {
        let result: Result<Void, CheckpointError> = elements.withUnsafeBytes { bytes in
            Result { () throws(CheckpointError) in try append(bytes) }
        }
        try result.get()
    }

    private func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            #if canImport(Glibc)
                let written = Glibc.write(descriptor, part.baseAddress, part.count)
            #elseif canImport(Musl)
                let written = Musl.write(descriptor, part.baseAddress, part.count)
            #elseif canImport(Darwin)
                let written = Darwin.write(descriptor, part.baseAddress, part.count)
            #endif
            if written < 0 {
                if errno == EINTR { continue }
                throw .cannotWrite(path: path, reason: lastSystemError())
            }
            rest = rest.dropFirst(written)
        }
    }
}
