import Foundation
import PictureLists
import SystemPackage

/// A folder that goes away with the test. Names in it are bytes.
final class Scratch {
    let path: FilePath

    init() throws {
        let folder = NSTemporaryDirectory() + "vitrine-lists-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        path = FilePath(folder)
    }

    deinit {
        // The file manager removes no names that are not UTF-8.
        _ = try? Process.run(URL(fileURLWithPath: "/bin/rm"), arguments: ["-rf", path.string]).waitUntilExit()
    }

    func place(_ name: String) -> FilePath { place(Array(name.utf8)) }

    func place(_ name: [UInt8]) -> FilePath { FilePath(bytes: path.bytes + Array("/".utf8) + name) }

    @discardableResult
    func put(_ name: String, _ text: String = "") throws -> FilePath { try put(Array(name.utf8), text) }

    /// Writes a file and makes the folders that it lies in.
    @discardableResult
    func put(_ name: [UInt8], _ text: String = "") throws -> FilePath {
        let place = place(name)
        try make(place.removingLastComponent())
        let descriptor = place.withPlatformString { open($0, O_CREAT | O_WRONLY | O_TRUNC, 0o666) }
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        try FileDescriptor(rawValue: descriptor).closeAfter {
            _ = try FileDescriptor(rawValue: descriptor).writeAll(text.utf8)
        }
        return place
    }

    func link(_ name: String, to target: String) throws {
        let place = place(name)
        try make(place.removingLastComponent())
        guard place.withPlatformString({ symlink(target, $0) }) == 0 else { throw Errno(rawValue: errno) }
    }

    func makeFolder(_ name: String) throws { try make(place(name)) }

    private func make(_ folder: FilePath) throws {
        if folder.withPlatformString({ mkdir($0, 0o777) }) == 0 || errno == EEXIST { return }
        guard errno == ENOENT else { throw Errno(rawValue: errno) }
        try make(folder.removingLastComponent())
        try make(folder)
    }
}
