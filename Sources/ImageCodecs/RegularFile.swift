import WholeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reading a whole file that must be a regular one.
enum RegularFile {
    /// The bytes of the file, or the first `prefix` of them. Nothing but a regular file is read from, and opening never waits for a writer.
    static func read(_ path: String, maximumBytes: Int, prefix: Int = .max) throws(ImageCodecError) -> [UInt8] {
        try read(open(path, flags), name: path, maximumBytes: maximumBytes, prefix: prefix)
    }

    /// The same for a path whose bytes need not be UTF-8.
    ///
    /// - Parameter name: stands for the file in errors.
    static func read(
        bytesOfPath path: UnsafePointer<CChar>, name: String, maximumBytes: Int
    ) throws(ImageCodecError) -> [UInt8] {
        try read(open(path, flags), name: name, maximumBytes: maximumBytes, prefix: .max)
    }

    /// Without `O_NONBLOCK` the opening of a named pipe would wait for ever.
    private static let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK

    /// Reads from what was just opened, and closes it.
    private static func read(
        _ descriptor: Int32, name path: String, maximumBytes: Int, prefix: Int
    ) throws(ImageCodecError) -> [UInt8] {
        guard descriptor >= 0 else { throw openingError(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: path, reason: systemMessage(errno)) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .isFolder(file: path)
        default: throw .notARegularFile(file: path)
        }
        let wholeLength = Int(status.st_size)
        if wholeLength == 0 { throw .emptyFile(file: path) }
        if wholeLength > maximumBytes { throw .fileTooLong(file: path, bytes: wholeLength, limit: maximumBytes) }
        let length = min(wholeLength, prefix)
        var failure: Int32?
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            while count < length {
                let received = pread(
                    descriptor, buffer.baseAddress.map { $0 + count }, length - count, off_t(count))
                if received < 0 && errno == EINTR { continue }
                if received < 0 { failure = errno }
                if received <= 0 { break }
                count += received
            }
        }
        if let failure { throw .unreadable(file: path, reason: systemMessage(failure)) }
        if bytes.count < length { throw .unreadable(file: path, reason: "the file became shorter while it was read") }
        return bytes
    }

    private static func openingError(_ path: String, _ code: Int32) -> ImageCodecError {
        switch code {
        case ENOENT, ENOTDIR: .notFound(file: path)
        case EACCES, EPERM: .notPermitted(file: path)
        case EISDIR: .isFolder(file: path)
        case ENXIO, ENODEV: .notARegularFile(file: path)
        default: .unreadable(file: path, reason: systemMessage(code))
        }
    }
}
