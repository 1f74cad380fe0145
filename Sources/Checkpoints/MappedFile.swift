import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A regular file mapped into memory for reading. Every pointer into the mapping is handed out by this file, and only
/// after the asked range was checked against the length seen at opening.
///
/// The mapping is private and read-only. A file that is replaced (a new one renamed over it) stays readable as it was.
/// A file that is cut short in place while it is mapped is different: the system answers a read behind its new end with
/// a bus error, which ends the process. `stillCovers` narrows that window for a caller about to read; it cannot close
/// it, so weights should be replaced by renaming, never by rewriting.
final class MappedFile: Sendable {
    let path: String
    let byteCount: Int
    /// nil for bytes that never were a file.
    private let descriptor: Int32?
    /// nil for an empty file. Written by nobody after `init`; the memory behind it is never written at all.
    nonisolated(unsafe) private let base: UnsafeRawPointer?

    /// Opens and maps a regular file. Pipes and devices are refused before anything is read from them.
    init(path: String) throws(CheckpointError) {
        guard !path.utf8.contains(0) else {
            throw .cannotOpen(path: path, reason: "the name contains a zero byte")
        }
        // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: lastSystemError()) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = lastSystemError()
            close(descriptor)
            throw .cannotOpen(path: path, reason: reason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notRegularFile(path: path)
        }
        let byteCount = Int(status.st_size)
        var base: UnsafeRawPointer?
        if byteCount > 0 {
            let mapping = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
            guard let mapping, mapping != MAP_FAILED else {
                let reason = lastSystemError()
                close(descriptor)
                throw .cannotOpen(path: path, reason: reason)
            }
            base = UnsafeRawPointer(mapping)
        }
        self.path = path
        self.byteCount = byteCount
        self.descriptor = descriptor
        self.base = base
    }

    /// A copy of bytes in memory, read as if it were a file of that name.
    init(copying bytes: [UInt8], path: String) {
        self.path = path
        byteCount = bytes.count
        descriptor = nil
        guard !bytes.isEmpty else {
            base = nil
            return
        }
        // Aligned as a page is, so that offsets within a file keep their alignment.
        let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 4096)
        bytes.withUnsafeBytes { copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count) }
        base = UnsafeRawPointer(copy)
    }

    deinit {
        let memory = base.map { UnsafeMutableRawPointer(mutating: $0) }
        if let descriptor {
            if let memory { munmap(memory, byteCount) }
            close(descriptor)
        } else {
            memory?.deallocate()
        }
    }

    /// The bytes of a range, valid as long as this object lives; nil when the range leaves the file.
    func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer? {
        guard range.lowerBound >= 0, range.upperBound <= byteCount else { return nil }
        guard let base else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    }

    /// A little-endian number at an offset, nil when it leaves the file.
    func littleEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value? {
        guard offset >= 0, offset <= byteCount - MemoryLayout<Value>.size,
            let bytes = bytes(offset..<offset + MemoryLayout<Value>.size)
        else { return nil }
        return Value(littleEndian: bytes.loadUnaligned(as: Value.self))
    }

    /// What the system says of the file now; nil for bytes that never were a file, and when it says nothing.
    var status: stat? {
        guard let descriptor else { return nil }
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : nil
    }

    /// Whether the file on disk is still long enough for a read up to `end`.
    func stillCovers(_ end: Int) -> Bool {
        descriptor == nil || status.map { Int($0.st_size) >= end } ?? false
    }
}

extension MappedFile: PageOwner {
    func discardPages(_ range: UnsafeRawBufferPointer) {
        // A copy in memory has nowhere to be read from again.
        guard descriptor != nil, let base, let start = range.baseAddress else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let first = (Int(bitPattern: start) + page - 1) / page * page
        let end = (Int(bitPattern: start) + range.count) / page * page
        let mapping = Int(bitPattern: base)..<Int(bitPattern: base) + byteCount
        guard first < end, first >= mapping.lowerBound, end <= mapping.upperBound else { return }
        // The mapping is private and never written: what is dropped is read from the file again when it is touched.
        madvise(UnsafeMutableRawPointer(bitPattern: first), end - first, MADV_DONTNEED)
    }
}

/// The system's own text for the last failed call.
func lastSystemError() -> String { String(cString: strerror(errno)) }
