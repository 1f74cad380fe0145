import Foundation
import JSONText
import Synchronization
import WholeFiles

/// Digests of files, kept so that a file is hashed once.
///
/// A digest holds for a path as long as the file's device, inode, size and times are the same. They are taken from the
/// open file before and after it is read, and nothing is kept when they differ. A file that changed within the last two
/// seconds is not kept either: file systems may give a second change the same time.
///
/// With a folder, digests are kept between runs in its file `digests.json`. A file there that cannot be read counts as
/// none. Its entries are believed, so whoever checks a file against damage must not ask here.
package final class DigestCache: Sendable {
    /// The digests that this process made. They are not written to the disk.
    package static let ofProcess = DigestCache()

    private struct Entry: Encodable {
        var facts: String
        var sha256: String
    }

    private static let fileName = "digests.json"
    private static let entryLimit = 1000
    /// 1,000 entries take less, even with the longest paths.
    private static let fileLimitBytes = 1 << 23
    private static let settlingSeconds = 2

    private let known: Mutex<[String: Entry]>
    private let storePath: String?
    private let report: @Sendable (String) -> Void
    private let now: @Sendable () -> Int
    private let hash: @Sendable (MappedFile) throws(CheckpointError) -> String

    /// - Parameters:
    ///   - folder: an existing folder to keep digests in; nil for memory alone.
    ///   - report: told, in a sentence, why digests could not be kept in the folder.
    package convenience init(folder: String? = nil, report: @escaping @Sendable (String) -> Void = { _ in }) {
        self.init(folder: folder, report: report, now: { time(nil) }) { file throws(CheckpointError) in
            try SHA256.hexadecimalDigest(of: file, isKept: false)
        }
    }

    /// - Parameter now: seconds since 1970.
    init(
        folder: String?, report: @escaping @Sendable (String) -> Void, now: @escaping @Sendable () -> Int,
        hash: @escaping @Sendable (MappedFile) throws(CheckpointError) -> String
    ) {
        storePath = folder.map { "\($0)/\(Self.fileName)" }
        known = Mutex(storePath.map(Self.entries) ?? [:])
        self.report = report
        self.now = now
        self.hash = hash
    }

    /// The digest of a file's bytes, as 64 hexadecimal digits.
    ///
    /// - Throws: `CheckpointError.cannotOpen`, `.notRegularFile`, `.shrunk`.
    package func sha256(ofFile path: String) throws(CheckpointError) -> String {
        let question = try Question(path, at: now())
        if let answer = answer(question) { return answer }
        let digest = try hash(question.file)
        keep(digest, question)
        return digest
    }

    /// The same, with a door to leave by.
    ///
    /// - Parameter checkCancellation: called before every few megabytes. It may throw to stop the work.
    /// - Throws: what it throws, and as above.
    package func sha256(ofFile path: String, checkCancellation: () throws -> Void) throws -> String {
        let question = try Question(path, at: now())
        if let answer = answer(question) { return answer }
        let digest = try SHA256.hexadecimalDigest(
            of: question.file, isKept: false, checkCancellation: checkCancellation)
        keep(digest, question)
        return digest
    }

    /// The digest of an open file where it was made before; nothing is read for it.
    func known(_ file: MappedFile) -> String? { answer(Question(file, at: now())) }

    /// The digest of an open file, whatever stands under its path by now.
    func sha256(of file: MappedFile) throws(CheckpointError) -> String {
        let question = Question(file, at: now())
        if let answer = answer(question) { return answer }
        let digest = try hash(file)
        keep(digest, question)
        return digest
    }

    /// A file as it is when its digest is asked for.
    private struct Question {
        let file: MappedFile
        /// What entries are kept under.
        let name: String
        let facts: Facts?
        /// Seconds since 1970.
        let time: Int

        init(_ path: String, at time: Int) throws(CheckpointError) {
            self.init(try MappedFile(path: path), at: time)
        }

        init(_ file: MappedFile, at time: Int) {
            self.file = file
            name = DigestCache.resolved(file.path)
            facts = file.status.map(Facts.init)
            self.time = time
        }
    }

    private func answer(_ question: Question) -> String? {
        guard let entry = known.withLock({ $0[question.name] }), entry.facts == question.facts?.text else { return nil }
        return entry.sha256
    }

    /// Keeps what was read, unless the file changed meanwhile or just before.
    private func keep(_ digest: String, _ question: Question) {
        guard let facts = question.facts, question.file.status.map(Facts.init) == facts,
            facts.lastChange + Self.settlingSeconds < question.time
        else { return }
        let entry = Entry(facts: facts.text, sha256: digest)
        known.withLock { Self.add(entry, question.name, to: &$0) }
        guard let storePath else { return }
        // Another process may have added entries since this one read the file.
        var stored = Self.entries(in: storePath)
        Self.add(entry, question.name, to: &stored)
        do { try WholeFile.write(Array(encodedJSON(stored, pretty: true).utf8), to: storePath) } catch {
            report("digests of weights are not kept: \(error)")
        }
    }

    private static func add(_ entry: Entry, _ name: String, to entries: inout [String: Entry]) {
        if entries.count >= entryLimit { entries = [:] }
        entries[name] = entry
    }

    /// What a digest file holds; nothing when it is absent or damaged.
    private static func entries(in path: String) -> [String: Entry] {
        guard let file = try? MappedFile(path: path), file.byteCount <= fileLimitBytes,
            let bytes = file.bytes(0..<file.byteCount), let members = try? JSONValue.members(of: Array(bytes)),
            members.count <= entryLimit
        else { return [:] }
        return members.compactMapValues { value in
            guard case .object(let entry) = value, case .text(let facts)? = entry["facts"],
                case .text(let digest)? = entry["sha256"], digest.utf8.count == 64,
                digest.utf8.allSatisfy("0123456789abcdef".utf8.contains)
            else { return nil }
            return Entry(facts: facts, sha256: digest)
        }
    }

    /// What tells a file from another one, and from itself after a change.
    private struct Facts: Equatable {
        /// A text, because device and inode may be larger than the whole numbers that JSON can hold.
        let text: String
        /// Seconds since 1970.
        let lastChange: Int

        init(_ status: stat) {
            // The time of modification can be set back by anyone, the time of change cannot.
            #if canImport(Darwin)
                let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
            #else
                let (modified, changed) = (status.st_mtim, status.st_ctim)
            #endif
            text =
                "device \(status.st_dev), inode \(status.st_ino), \(status.st_size) bytes, modified \(modified.tv_sec) s "
                + "\(modified.tv_nsec) ns, changed \(changed.tv_sec) s \(changed.tv_nsec) ns"
            lastChange = Int(max(modified.tv_sec, changed.tv_sec))
        }
    }

    /// The absolute path without links, so that a run in another folder finds the entry.
    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
