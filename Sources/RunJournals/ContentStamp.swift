import Checkpoints
import ResultFolders

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What a file or a result was when a journal wrote it down, to tell later whether it is still the same.
package struct ContentStamp: Hashable, Sendable {
    /// Sizes and times: quick to look at. They change when a file is copied, too.
    package let facts: String
    /// The SHA-256 of the bytes.
    package let digest: String

    init(facts: String, digest: String) {
        self.facts = facts
        self.digest = digest
    }

    /// Of a file whose bytes were read.
    ///
    /// - Parameter facts: ``facts(ofFile:)``, taken before the reading.
    package init(facts: String, bytes: [UInt8]) {
        self.init(facts: facts, digest: Self.digest(of: bytes))
    }

    /// Size and time of the last change of a regular file; nil where there is none.
    package static func facts(ofFile path: UnsafePointer<CChar>) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return facts(status)
    }

    /// Size and time of a result's files by their names; nil unless it is one with all its files.
    package static func facts(ofResult folder: String) -> String? {
        guard case .result(let files)? = try? ResultMark.standing(at: folder) else { return nil }
        var text = ""
        for file in files {
            var status = stat()
            guard lstat(folder + "/" + file, &status) == 0 else { return nil }
            text += "\(file) \(facts(status))\n"
        }
        return String(digest(of: Array(text.utf8)).prefix(JournalLine.sumDigits))
    }

    /// Of a result, whose files are read; nil unless it is one with all its files.
    package init?(ofResult folder: String) {
        guard let facts = Self.facts(ofResult: folder), let digest = Self.digest(ofResult: folder) else { return nil }
        self.init(facts: facts, digest: digest)
    }

    /// Of the names and the bytes of a result's files.
    package static func digest(ofResult folder: String) -> String? {
        guard let files = ResultMark.files(in: folder) else { return nil }
        var text = ""
        for file in files {
            guard let digest = try? SHA256.hexadecimalDigest(ofFile: folder + "/" + file) else { return nil }
            text += "\(digest) \(file)\n"
        }
        return digest(of: Array(text.utf8))
    }

    /// Whether a folder holds a result with all its files and the same bytes. They are read only where their times are others.
    package func isSame(asResult folder: String) -> Bool {
        guard let found = Self.facts(ofResult: folder) else { return false }
        return found == facts || Self.digest(ofResult: folder) == digest
    }

    package static func digest(ofFile path: String) throws -> String {
        try SHA256.hexadecimalDigest(ofFile: path)
    }

    package static func digest(of bytes: [UInt8]) -> String {
        var digest = SHA256()
        bytes.withUnsafeBytes { digest.update($0) }
        return digest.hexadecimalDigest()
    }

    private static func facts(_ status: stat) -> String {
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return "\(status.st_size) \(time.tv_sec).\(time.tv_nsec)"
    }
}
