import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite("opening files of weights")
struct OpeningTests {
    private func kind(_ start: [UInt8]) throws -> FileKind? {
        guard case .unsupportedKind(_, let kind) = try SafetensorsBytes.error(start) else { return nil }
        return kind
    }

    @Test("other kinds of files are recognised by their first bytes")
    func kinds() throws {
        #expect(try kind([]) == .empty)
        let tar = Array("archive/data".utf8) + [UInt8](repeating: 0, count: 245) + Array("ustar  \0".utf8)
        #expect(try kind(tar + [UInt8](repeating: 0, count: 512)) == .tarArchive)
        #expect(try kind([0x1F, 0x8B, 8, 0] + [UInt8](repeating: 0, count: 40)) == .gzip)
        #expect(try kind([0x80, 0x02, 0x8A, 0x0A] + [UInt8](repeating: 1, count: 40)) == .pickle)
        #expect(
            try kind(Array("version https://git-lfs.github.com/spec/v1\noid sha256:00".utf8)) == .gitLargeFilePointer)
        #expect(try kind(Array("<!DOCTYPE html><html></html>".utf8)) == .htmlPage)
        #expect(try kind(Array("\n <HTML><body>".utf8)) == .htmlPage)
        #expect(try kind(Array("GGUF\u{3}\0\0\0".utf8) + [UInt8](repeating: 0, count: 40)) == .gguf)
        #expect(try kind([0x93] + Array("NUMPY\u{1}\0".utf8)) == .numpyArray)
        #expect(try kind(Array("just some words in a file".utf8)) == .unknown)
    }

    @Test("a missing file, a dangling link, a folder, a pipe and a device are refused before they are read")
    func notRegular() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let missing = folder.appendingPathComponent("none").path
            #expect(throws: CheckpointError.cannotOpen(path: missing, reason: "No such file or directory")) {
                try Checkpoint.open(missing)
            }
            let link = folder.appendingPathComponent("link").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: missing)
            #expect(throws: CheckpointError.cannotOpen(path: link, reason: "No such file or directory")) {
                try Checkpoint.open(link)
            }
            #expect(throws: CheckpointError.folder(path: folder.path, fault: .noWeights(files: ["link"]))) {
                try Checkpoint.open(folder.path)
            }
            let pipe = folder.appendingPathComponent("pipe").path
            #expect(mkfifo(pipe, 0o600) == 0)
            #expect(throws: CheckpointError.notRegularFile(path: pipe)) { try Checkpoint.open(pipe) }
            #expect(throws: CheckpointError.notRegularFile(path: "/dev/zero")) { try Checkpoint.open("/dev/zero") }
            #expect(throws: CheckpointError.self) { try Checkpoint.open("a\0b") }
        }
    }

    @Test("a file that became shorter is refused at the next load")
    func shrunk() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("w").path
            let header = "{\(SafetensorsBytes.entry("t", "F32", "[1]", 0, 4))}"
            try Data(SafetensorsBytes.file(header, dataBytes: 4)).write(to: URL(fileURLWithPath: path))
            let checkpoint = try Checkpoint.open(path)
            #expect(truncate(path, 20) == 0)
            #expect(throws: CheckpointError.shrunk(path: path, name: "t")) { try checkpoint.load("t") }
        }
    }

    @Test("a tensor that is not listed is refused by name")
    func noSuchTensor() throws {
        try SafetensorsBytes.open(SafetensorsBytes.file("{}")) { (checkpoint) throws in
            #expect(checkpoint.shape(of: "x") == nil)
            #expect(throws: CheckpointError.noSuchTensor(path: checkpoint.path, name: "x")) {
                try checkpoint.load("x")
            }
        }
    }
}
