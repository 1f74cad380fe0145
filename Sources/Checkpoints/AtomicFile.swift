#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that appears under its name whole or not at all.
struct AtomicFile: ~Copyable {
    private let path: String
    private let descriptor: Int32

    /// Writes under a temporary name in the same folder, makes the bytes durable, then renames. On any failure the
    /// temporary file is removed and the file that stood under `path` before is untouched.
    static func write(
        to path: String, _ body: (borrowing AtomicFile) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw .cannotWrite(path: path, reason: "the name is empty or contains a zero byte")
        }
        let temporary = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).partial"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: lastSystemError()) }
        do {
            let file = AtomicFile(path: path, descriptor: descriptor)
            try body(file)
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        let isDurable = fsync(descriptor) == 0
        let syncReason = isDurable ? "" : lastSystemError()
        let isClosed = close(descriptor) == 0
        guard isDurable, isClosed else {
            let reason = isDurable ? lastSystemError() : syncReason
            unlink(temporary)
            throw .cannotWrite(path: path, reason: reason)
        }
        guard rename(temporary, path) == 0 else {
            let reason = lastSystemError()
            unlink(temporary)
            throw .cannotWrite(path: path, reason: reason)
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
