import WholeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The right to write to an output folder, held by one process at a time.
///
/// It is the system's lock on the file `.vitrine-lock`, so that it ends with its process however that ends: a file that
/// a killed process left behind locks nothing. The file names its owner, for the process that is refused.
final class FolderLock: Sendable {
    static let name = ".vitrine-lock"
    private static let firstWord = "vitrine"

    private let path: String
    private let descriptor: Int32

    init(folder: String) throws(OutputFolderError) {
        path = folder + "/" + Self.name
        descriptor = try Self.acquire(path, folder)
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    private static func acquire(_ path: String, _ folder: String) throws(OutputFolderError) -> Int32 {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw .failed(path: path, operation: "creating", code: errno) }
            let found = text(of: descriptor)
            guard found.isEmpty || found.hasPrefix(firstWord) else {
                close(descriptor)
                throw .stranger(path: path, .file)
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                close(descriptor)
                if code == EWOULDBLOCK { throw .inUse(path: folder, owner: owner(in: found)) }
                throw .failed(path: path, operation: "locking", code: code)
            }
            // The last owner may have taken its file away between the opening and the locking.
            if UnfinishedFile.isNamed(descriptor, path) {
                if let code = write(owner: ownWords, to: descriptor) {
                    unlink(path)
                    close(descriptor)
                    throw .failed(path: path, operation: "writing", code: code)
                }
                return descriptor
            }
            close(descriptor)
        }
    }

    private static func text(of descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes[..<max(count, 0)], as: UTF8.self)
    }

    private static func owner(in text: String) -> String {
        let words = text.dropFirst(firstWord.count).prefix { $0 != "\n" }.drop { $0 == " " }
        return words.isEmpty ? "another process" : String(words)
    }

    private static var ownWords: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var date = [CChar](repeating: 0, count: 32)
        strftime(&date, date.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        let texts = [name, date].map { text in
            String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return "process \(getpid()) on \(texts[0]), since \(texts[1])"
    }

    /// The text is for people only, but where it cannot be written, because the disk is full, no result can.
    ///
    /// - Returns: the number of the error; nil when all is written.
    private static func write(owner: String, to descriptor: Int32) -> Int32? {
        let bytes = Array("\(firstWord) \(owner)\n".utf8)
        ftruncate(descriptor, 0)
        return pwrite(descriptor, bytes, bytes.count, 0) < 0 ? errno : nil
    }
}
