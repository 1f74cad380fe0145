import ArgumentParser
import Foundation
import PictureLists
import SystemPackage
import TerminalText
import WholeFiles

/// The one file that a command writes. Its place is looked at before any model is loaded.
///
/// Only a file that the command itself once wrote is replaced, another one when the user says so. Links, folders and
/// devices never are, and neither is an input.
struct OutputFile {
    let path: String
    private let overwrites: Bool?
    private let isOwn: (String) -> Bool

    /// Looks at the place, clears what killed processes left beside it, and tries whether a file can be written there.
    ///
    /// - Parameters:
    ///   - overwrites: whether the user asked to replace any file; nil where the command has no flag for it.
    ///   - isOwn: whether a file is one that this command wrote.
    /// - Throws: A ``CommandFailure`` with status `outputFailed`.
    init(_ path: String, overwrites: Bool?, recognises isOwn: @escaping (String) -> Bool) throws {
        self.path = path
        self.overwrites = overwrites
        self.isOwn = isOwn
        try check()
        let folder = (path as NSString).deletingLastPathComponent
        UnfinishedFile.clear(in: folder.isEmpty ? "." : folder)
        do {
            // It goes away again without ever having the name.
            let probe = try WholeFile(path: path) { $0 }
            try probe.append([UInt8(0)])
        } catch {
            throw CommandFailure.output("\(error)")
        }
    }

    private func check() throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            if overwrites == true || isOwn(path) { return }
            let remedy = overwrites != nil ? ", or add --overwrite" : ""
            throw CommandFailure.output(
                "\(path) exists, and nothing in it says that this command wrote it; name another file\(remedy)"
            )
        case S_IFDIR: throw CommandFailure.output("\(path) is a folder; name a file that is to be written")
        case S_IFLNK: throw CommandFailure.output("\(path) is a link; name the file itself, or another one")
        default: throw CommandFailure.output("\(path) is a device or a pipe; name a file that is to be written")
        }
    }

    /// Refuses to write over a file that the command reads, under whatever name.
    ///
    /// - Throws: A ``CommandFailure`` with status `outputFailed`.
    func keepsApart(from inputs: [FilePath]) throws {
        if let input = inputs.first(where: isSame(as:)) {
            throw CommandFailure.output(
                "\(path) is the same file as the input \(PathText.readable(input.bytes)); name another output")
        }
    }

    /// Whether another path leads to the file that would be replaced.
    func isSame(as input: FilePath) -> Bool {
        var (own, other) = (stat(), stat())
        return lstat(path, &own) == 0 && input.withPlatformString { stat($0, &other) } == 0
            && own.st_ino == other.st_ino
            && own.st_dev == other.st_dev
    }

    /// Lets `make` write the file, whole or not at all.
    ///
    /// - Throws: A ``CommandFailure`` with status `outputFailed`, or the `ExitCode` of a request to stop.
    func write(_ make: (_ path: String) throws -> Void) throws {
        // Something else may stand there by now.
        try check()
        do { try make(path) } catch let ended as ExitCode { throw ended } catch let failure as CommandFailure {
            throw failure
        } catch {
            let sentence = "\(error)"
            throw CommandFailure.output(sentence.contains(path) ? sentence : "cannot write \(path): \(sentence)")
        }
    }
}
