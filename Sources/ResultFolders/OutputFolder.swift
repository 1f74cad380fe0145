import CRename
import WholeFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A folder of results that one process writes to.
///
/// A result is a folder of files under a name such as `parts/b.jpg`. It is made in `.vitrine-partial` and takes its name
/// in one step: whoever looks sees the old result or the new one, whole. Only results are ever replaced (``ResultMark``).
package final class OutputFolder: Sendable {
    package let path: String
    private let lock: FolderLock
    /// Of the folder itself, to notice that it was removed.
    private let descriptor: Int32
    /// Whether two names may be exchanged in one step where the file system can; false in tests of the other way.
    private let exchanges: Bool

    private static let workshop = ".vitrine-partial"

    /// Makes the folder where it is missing, locks it and puts in order what an earlier process left unfinished.
    package init(_ path: String, exchanges: Bool = true) throws(OutputFolderError) {
        self.path = path
        self.exchanges = exchanges
        try Self.makeFolders(path)
        lock = try FolderLock(folder: path)
        UnfinishedFile.clear(in: path)
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed(path: path, operation: "opening", code: errno) }
        try Self.makeFolder(workshopPath)
        // Its contents are cleared: a link would lead to a folder of somebody else.
        var status = stat()
        guard lstat(workshopPath, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .stranger(path: workshopPath, .link)
        }
        try recover()
    }

    deinit {
        rmdir(workshopPath)
        close(descriptor)
    }

    private var workshopPath: String { path + "/" + Self.workshop }

    /// What stands in the place of a result.
    package func standing(of name: String) throws(OutputFolderError) -> ResultMark.Standing {
        var parent = path
        for part in name.split(separator: "/").dropLast() {
            parent += "/" + part
            var status = stat()
            guard stat(parent, &status) == 0 else { return .nothing }
            if status.st_mode & S_IFMT != S_IFDIR { throw .stranger(path: parent, .file) }
        }
        return try ResultMark.standing(at: path + "/" + name)
    }

    /// Refuses a name whose place is taken by something else than a result.
    package func check(_ name: String) throws(OutputFolderError) {
        if case .stranger(let stranger) = try standing(of: name) {
            throw .stranger(path: path + "/" + name, stranger)
        }
    }

    /// Lets `fill` write a result's files into a folder, then shows them under `name`, in place of an earlier result.
    ///
    /// - Parameter fill: writes files, and no folders, into the folder that it is given; each durable when it returns.
    /// - Throws: `OutputFolderError`, or what `fill` threw. What stood under the name is then untouched.
    package func write(_ name: String, _ fill: (_ folder: String) throws -> Void) throws {
        try checkStillThere()
        let made = workshopPath + "/" + Self.unique()
        try Self.makeFolder(made)
        do {
            try fill(made)
            try mark(made)
            try show(made, as: name)
        } catch {
            Self.clear(made)
            throw error
        }
    }

    /// Removes the results in a folder of the output folder that do not belong to it any more. What Vitrine did not write
    /// stays.
    ///
    /// - Parameters:
    ///   - folder: whose own entries are looked at, and not those further in.
    ///   - names: of the results that stay.
    package func removeResults(in folder: String, besides names: Set<String>) throws(OutputFolderError) {
        let place = path + "/" + folder
        var status = stat()
        guard lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
        for name in try FolderEntries.names(in: place) where !names.contains(name) {
            let result = place + "/" + name
            if case .result = try ResultMark.standing(at: result) { ResultMark.removeResult(at: result) }
        }
    }

    // MARK: One result

    private func mark(_ folder: String) throws(OutputFolderError) {
        let text = ResultMark.text(files: try FolderEntries.names(in: folder))
        let mark = folder + "/" + ResultMark.name
        try Self.write(text, to: mark)
        try Self.flush(folder)
    }

    private func show(_ made: String, as name: String) throws(OutputFolderError) {
        let place = path + "/" + name
        var parent = path
        for part in name.split(separator: "/").dropLast() {
            parent += "/" + part
            try Self.makeFolder(parent)
        }
        switch try standing(of: name) {
        case .stranger(let stranger): throw .stranger(path: place, stranger)
        case .nothing:
            if renameWithFlags(made, place, RenameFlag.replacesNothing.rawValue) != 0 {
                guard RenameFlag.isUnsupported(errno), rename(made, place) == 0 else {
                    throw .failed(path: place, operation: "naming", code: errno)
                }
            }
        case .result: try replace(place, by: made)
        }
        try Self.flush(parent)
    }

    private func replace(_ place: String, by made: String) throws(OutputFolderError) {
        let exchange = RenameFlag.exchanges.rawValue
        if exchanges, renameWithFlags(made, place, exchange) == 0 {
            // Under the other name the old result now waits to be removed. Something may have come into it meanwhile.
            if case .stranger(let stranger) = try ResultMark.standing(at: made) {
                guard renameWithFlags(made, place, exchange) == 0 else {
                    throw .failed(path: place, operation: "naming", code: errno)
                }
                throw .stranger(path: place, stranger)
            }
            ResultMark.removeResult(at: made)
            return
        }
        guard !exchanges || RenameFlag.isUnsupported(errno) else {
            throw .failed(path: place, operation: "naming", code: errno)
        }
        try replaceInTwoSteps(place, by: made)
    }

    /// Where names cannot be exchanged. A note says where the old result belongs, should the process end in between.
    private func replaceInTwoSteps(_ place: String, by made: String) throws(OutputFolderError) {
        let old = made + Suffix.old
        try Self.write(String(place.dropFirst(path.count + 1)), to: made + Suffix.note)
        guard rename(place, old) == 0 else { throw .failed(path: place, operation: "moving aside", code: errno) }
        guard rename(made, place) == 0 else {
            let code = errno
            rename(old, place)
            unlink(made + Suffix.note)
            throw .failed(path: place, operation: "naming", code: code)
        }
        ResultMark.removeResult(at: old)
        unlink(made + Suffix.note)
    }

    private enum Suffix {
        static let old = ".old"
        static let note = ".note"
    }

    // MARK: What an earlier process left

    private func recover() throws(OutputFolderError) {
        // Of a note that was not whole yet.
        UnfinishedFile.clear(in: workshopPath)
        let names = try FolderEntries.names(in: workshopPath)
        for note in names where note.hasSuffix(Suffix.note) {
            let old = workshopPath + "/" + note.dropLast(Suffix.note.count) + Suffix.old
            if let place = Self.text(of: workshopPath + "/" + note) {
                _ =
                    renameWithFlags(old, path + "/" + place, RenameFlag.replacesNothing.rawValue) == 0
                    || (RenameFlag.isUnsupported(errno) && rename(old, path + "/" + place) == 0)
            }
            unlink(workshopPath + "/" + note)
        }
        for name in names where !name.hasSuffix(Suffix.note) { Self.clear(workshopPath + "/" + name) }
    }

    /// Removes a folder of the workshop with its files. Folders in it are not ours and stay.
    private static func clear(_ folder: String) {
        for name in (try? FolderEntries.names(in: folder)) ?? [] { unlink(folder + "/" + name) }
        rmdir(folder)
    }

    // MARK: The system's calls

    private func checkStillThere() throws(OutputFolderError) {
        var held = stat()
        var named = stat()
        guard fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino,
            held.st_dev == named.st_dev
        else { throw .removed(path: path) }
    }

    private static func unique() -> String {
        "\(getpid())-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    }

    private static func makeFolders(_ path: String) throws(OutputFolderError) {
        var status = stat()
        if stat(path, &status) == 0 { return try makeFolder(path) }
        if let slash = path.dropLast().lastIndex(of: "/"), slash != path.startIndex {
            try makeFolders(String(path[..<slash]))
        }
        try makeFolder(path)
    }

    private static func makeFolder(_ path: String) throws(OutputFolderError) {
        if mkdir(path, 0o777) == 0 { return }
        let code = errno
        var status = stat()
        guard code == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .failed(path: path, operation: "making the folder", code: code)
        }
    }

    private static func write(_ text: String, to path: String) throws(OutputFolderError) {
        do throws(WholeFileError) {
            try WholeFile.write(text.utf8, to: path)
        } catch {
            throw .failed(path: error.path, operation: error.operation.rawValue, code: error.code)
        }
    }

    private static func text(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    private static func flush(_ folder: String) throws(OutputFolderError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed(path: folder, operation: "opening", code: errno) }
        defer { close(descriptor) }
        // Some file systems cannot flush a folder.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw .failed(path: folder, operation: "flushing", code: errno)
        }
    }
}

/// How Linux renames: see `CRename.h`.
private enum RenameFlag: UInt32 {
    case replacesNothing = 1
    case exchanges = 2

    /// Whether an error number says that this file system or kernel cannot do it.
    static func isUnsupported(_ code: Int32) -> Bool { [EINVAL, ENOSYS, EOPNOTSUPP].contains(code) }
}
