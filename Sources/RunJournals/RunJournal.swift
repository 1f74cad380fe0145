package import ResultFolders
import Synchronization
import TextLines
import WholeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What became of the pictures of an output folder: the file `.vitrine-journal` in it.
///
/// A picture gets its line when its result is durable under its name, so that a process that is killed loses the pictures
/// in hand and no other. Each line carries a checksum. A line that was cut off is taken away, a damaged one counts as
/// none; of several lines for one picture the last one counts. Only the places of the lines are kept in memory.
///
/// The folder is locked by whoever opens its journal.
package final class RunJournal: Sendable {
    package static let name = ".vitrine-journal"
    private static let firstLine = "vitrine journal 1"
    /// How often lines are flushed. What a power failure takes is computed again.
    private static let flushInterval = Duration.seconds(5)

    private struct State {
        /// For each id, where its last line starts.
        var places: [Int]
        var endBytes: Int
        var owned: Set<String>
        var flushed = ContinuousClock.now
    }

    private static let nowhere = -1

    /// Sorted by bytes. The pictures of this run; lines of others stay in the file.
    package let ids: [String]
    /// Whether the folder had none before.
    package let isNew: Bool
    /// Lines that were damaged.
    package let damagedLines: Int
    let folder: String
    private let path: String
    private let descriptor: Int32
    private let state: Mutex<State>

    /// Opens the journal of a folder, or begins one.
    ///
    /// - Parameters:
    ///   - ids: sorted by their bytes, each once.
    ///   - startsAnew: whether what became of pictures before does not count.
    package init(folder: String, ids: [String], startsAnew: Bool = false) throws(OutputFolderError) {
        path = folder + "/" + Self.name
        self.folder = folder
        self.ids = ids
        let found = try Self.read(path, ids)
        var state = found?.state ?? State(places: [], endBytes: 0, owned: [])
        if found == nil || startsAnew {
            let lines = [Self.firstLine + "\n"] + state.owned.sorted().map { JournalLine.owned(file: $0).text }
            let bytes = Array(lines.joined().utf8)
            do { try WholeFile.write(bytes, to: path) } catch {
                throw .failed(path: path, operation: error.operation.rawValue, code: error.code)
            }
            state.endBytes = bytes.count
            state.places = [Int](repeating: Self.nowhere, count: ids.count)
        }
        isNew = found == nil
        damagedLines = found?.damaged ?? 0
        descriptor = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        // What stands behind the last whole line was cut off.
        guard descriptor >= 0, ftruncate(descriptor, off_t(state.endBytes)) == 0 else {
            throw .failed(path: path, operation: "opening", code: errno)
        }
        self.state = Mutex(state)
    }

    /// Opens the journal of a folder without changing it.
    package init(reading folder: String, ids: [String]) throws(OutputFolderError) {
        path = folder + "/" + Self.name
        self.folder = folder
        self.ids = ids
        guard let found = try Self.read(path, ids) else {
            throw .failed(path: path, operation: "opening", code: ENOENT)
        }
        isNew = false
        damagedLines = found.damaged
        descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed(path: path, operation: "opening", code: errno) }
        state = Mutex(found.state)
    }

    deinit { close(descriptor) }

    private static func read(
        _ path: String, _ ids: [String]
    ) throws(OutputFolderError) -> (state: State, damaged: Int)? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw .failed(path: path, operation: "looking at", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .stranger(path: path, .file) }
        var state = State(places: [Int](repeating: nowhere, count: ids.count), endBytes: 0, owned: [])
        var damaged = 0
        do {
            let reader = try LineReader(path)
            guard let head = try reader.next(), head.isTerminated, head.bytes.elementsEqual(firstLine.utf8) else {
                throw OutputFolderError.stranger(path: path, .file)
            }
            state.endBytes = reader.byteOffset
            while let line = try reader.next(), line.isTerminated {
                state.endBytes = reader.byteOffset
                switch JournalLine(line.bytes) {
                case .owned(let file)?: state.owned.insert(file)
                case .entry(let entry)?:
                    if let index = ids.place(of: entry.id) { state.places[index] = line.byteOffset }
                case nil: damaged += 1
                }
            }
        } catch let error as OutputFolderError {
            throw error
        } catch {
            throw .failed(path: path, operation: "reading", code: EIO)
        }
        return (state, damaged)
    }

    // MARK: Files at the top of the folder

    /// Takes a file name at the top of the folder for Vitrine. From then on the file may be replaced.
    ///
    /// - Throws: `OutputFolderError.stranger` where something stands there that Vitrine did not write.
    package func own(_ names: [String]) throws(OutputFolderError) {
        for name in names {
            if owns(name) { continue }
            var status = stat()
            if lstat(folder + "/" + name, &status) == 0 {
                switch status.st_mode & S_IFMT {
                case S_IFDIR: throw .stranger(path: folder + "/" + name, .folder)
                case S_IFLNK: throw .stranger(path: folder + "/" + name, .link)
                default: throw .stranger(path: folder + "/" + name, .file)
                }
            }
            try write(.owned(file: name), at: nil)
            state.withLock { _ = $0.owned.insert(name) }
        }
        try flush()
    }

    package func owns(_ name: String) -> Bool { state.withLock { $0.owned.contains(name) } }

    // MARK: Pictures

    /// Adds a line for a picture whose result is durable, or that failed.
    package func add(_ entry: JournalEntry) throws(OutputFolderError) {
        try write(.entry(entry), at: ids.place(of: entry.id))
        if state.withLock({ ContinuousClock.now - $0.flushed > Self.flushInterval }) { try flush() }
    }

    /// The last line of a picture, nil where it has none.
    ///
    /// - Parameter index: of its id.
    package func entry(at index: Int) throws(OutputFolderError) -> JournalEntry? {
        let (place, end) = state.withLock { ($0.places[index], $0.endBytes) }
        if place == Self.nowhere { return nil }
        var bytes: [UInt8] = []
        var step = 1 << 12
        while true {
            let piece = try read(at: place + bytes.count, count: min(step, end - place - bytes.count))
            guard let feed = piece.firstIndex(of: UInt8(ascii: "\n")) else {
                bytes += piece
                step *= 4
                if piece.isEmpty { return nil }
                continue
            }
            bytes += piece[..<feed]
            guard case .entry(let entry)? = JournalLine(bytes) else { return nil }
            return entry
        }
    }

    package func entry(of id: String) throws(OutputFolderError) -> JournalEntry? {
        guard let index = ids.place(of: id) else { return nil }
        return try entry(at: index)
    }

    /// Makes all lines durable.
    package func flush() throws(OutputFolderError) {
        guard fdatasync(descriptor) == 0 else { throw .failed(path: path, operation: "flushing", code: errno) }
        state.withLock { $0.flushed = .now }
    }

    private func read(at offset: Int, count: Int) throws(OutputFolderError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        let got = pread(descriptor, &bytes, bytes.count, off_t(offset))
        guard got >= 0 else { throw .failed(path: path, operation: "reading", code: errno) }
        return Array(bytes.prefix(got))
    }

    private func write(_ line: JournalLine, at index: Int?) throws(OutputFolderError) {
        let bytes = Array(line.text.utf8)
        let code: Int32? = state.withLock { state in
            var written = 0
            while written < bytes.count {
                let count = bytes.withUnsafeBytes { bytes in
                    pwrite(
                        descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written,
                        off_t(state.endBytes + written))
                }
                if count < 0 {
                    if errno == EINTR { continue }
                    let code = errno
                    // Half a line is taken away, as after a crash.
                    ftruncate(descriptor, off_t(state.endBytes))
                    return code
                }
                written += count
            }
            if let index { state.places[index] = state.endBytes }
            state.endBytes += bytes.count
            return nil
        }
        if let code { throw .failed(path: path, operation: "writing", code: code) }
    }
}

extension [String] {
    /// Where an id stands among ids in the order of their bytes.
    package func place(of id: String) -> Int? {
        var range = startIndex..<endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if self[middle].utf8.elementsEqual(id.utf8) { return middle }
            if self[middle].utf8.lexicographicallyPrecedes(id.utf8) {
                range = (middle + 1)..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return nil
    }
}
