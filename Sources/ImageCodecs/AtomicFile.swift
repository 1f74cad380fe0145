#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files that appear whole or not at all.
///
/// The bytes go into a new file in the same folder, are flushed to the disk, and the file takes its name in one step.
/// Whoever reads under the name sees the old content or the new one; a failure leaves the old one and nothing else.
public enum AtomicFile {
    /// Writes `bytes` under `path`, replacing what was there.
    public static func write(_ bytes: some Collection<UInt8>, to path: String) throws(ImageCodecError) {
        let folder = folder(of: path)
        let temporary = "\(folder)/.\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).part"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path, "creating the file", errno) }
        do throws(ImageCodecError) {
            try fill(descriptor, with: bytes, path: path)
            if rename(temporary, path) != 0 { throw failure(path, "naming the file", errno) }
        } catch {
            unlink(temporary)
            throw error
        }
        flushFolder(folder)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Writes, flushes and closes; the descriptor is closed on every way out.
    private static func fill(
        _ descriptor: Int32, with bytes: some Collection<UInt8>, path: String
    ) throws(ImageCodecError) {
        var fault: (operation: String, code: Int32)?
        let contiguous = bytes.withContiguousStorageIfAvailable { put($0, into: descriptor) }
        if let code = contiguous ?? Array(bytes).withUnsafeBufferPointer({ put($0, into: descriptor) }) {
            fault = ("writing", code)
        } else if fsync(descriptor) != 0 {
            fault = ("flushing to the disk", errno)
        }
        // The close is looked at too: some file systems report a full disk only here.
        if close(descriptor) != 0 && fault == nil { fault = ("closing", errno) }
        if let fault { throw failure(path, fault.operation, fault.code) }
    }

    /// The error number of the write that failed; nil when all bytes were taken.
    private static func put(_ bytes: UnsafeBufferPointer<UInt8>, into descriptor: Int32) -> Int32? {
        var done = 0
        while done < bytes.count {
            let written = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(done))
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { return written < 0 ? errno : EIO }
            done += written
        }
        return nil
    }

    /// Makes the new name durable. Some file systems cannot flush a folder; the file itself is safe by then.
    private static func flushFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func failure(_ path: String, _ operation: String, _ code: Int32) -> ImageCodecError {
        .notWritten(file: path, operation: operation, reason: systemMessage(code))
    }
}
