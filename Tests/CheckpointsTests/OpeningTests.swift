import Checkpoints
import Foundation
import Tensors
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
        #expect(throws: CheckpointError.archive(path: "w.pt", fault: .missingRecord("data.pkl"), byteOffset: 0)) {
            try Checkpoint.open(ZipBytes([.init(name: "w/readme", data: [1])]).bytes, path: "w.pt")
        }
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

    @Test(
        "weights that were handed over as bytes stay as they are after a model has packed them",
        arguments: ["F32", "F16"])
    func bytesStay(_ type: String) throws {
        // Several pages, so that there would be some to take back.
        let count = 64 * 128
        let bytes = count * (type == "F32" ? 4 : 2)
        let data = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 % 2 == 0 ? 0 : 0x3C) }
        let header = "{\(SafetensorsBytes.entry("w", type, "[64,128]", 0, bytes))}"
        let checkpoint = try Checkpoint.open(SafetensorsBytes.file(header, data: data), path: "w")
        let first = try checkpoint.load("w").values
        #expect(first.contains { $0 != 0 })
        let weight = LinearWeight(try checkpoint.load("w"))
        _ = Tensor(repeating: 1, shape: [2, 128]).linear(weight: weight)
        #expect(try checkpoint.load("w").values == first)
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

    @Test("a PyTorch archive that became shorter is refused at the next load; one that is replaced stays as it was")
    func archiveShrunkOrReplaced() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("w.pt").path
            let source = Fixture.path("Checkpoints/pytorch_without_checksums.pt")
            try FileManager.default.copyItem(atPath: source, toPath: path)
            let checkpoint = try Checkpoint.open(path)
            let other = folder.appendingPathComponent("other").path
            try Data("something else".utf8).write(to: URL(fileURLWithPath: other))
            #expect(rename(other, path) == 0)
            #expect(try checkpoint.load("a").values == [0, 1, 2, 3, 4, 5])
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.copyItem(atPath: source, toPath: path)
            let shortened = try Checkpoint.open(path)
            #expect(truncate(path, 100) == 0)
            #expect(throws: CheckpointError.shrunk(path: path, name: "data/0")) { try shortened.load("a") }
            #expect(!shortened.verify().isSound)
        }
    }

    @Test("a file that may not be read", .enabled(if: geteuid() != 0, "root may read everything"))
    func permission() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("w").path
            try Data(SafetensorsBytes.file("{}")).write(to: URL(fileURLWithPath: path))
            #expect(chmod(path, 0) == 0)
            #expect(throws: CheckpointError.cannotOpen(path: path, reason: "Permission denied")) {
                try Checkpoint.open(path)
            }
        }
    }

    @Test("infinite elements and such that are no number are read, and verifying warns of them")
    func nonFinite() throws {
        func bytes<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
            values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        }
        let floats = bytes([Float.nan, 1, .infinity, -.infinity, .greatestFiniteMagnitude].map(\.bitPattern))
        let halves = bytes([0x7C00, 0xFC00, 0x7E00, 0x7BFF, 0] as [UInt16])
        let brains = bytes([0x7F80, 0xFFC0, 0x7F7F] as [UInt16])
        let doubles = bytes([Double.nan, 0].map(\.bitPattern))
        let parts = [
            ("d", "F64", "[2]", doubles), ("f", "F32", "[5]", floats), ("h", "F16", "[5]", halves),
            ("b", "BF16", "[3]", brains),
        ]
        var entries: [String] = []
        var data: [UInt8] = []
        for (name, type, shape, bytes) in parts {
            entries.append(SafetensorsBytes.entry(name, type, shape, data.count, data.count + bytes.count))
            data += bytes
        }
        try SafetensorsBytes.open(SafetensorsBytes.file("{\(entries.joined(separator: ","))}", data: data)) {
            (checkpoint) throws in
            #expect(try checkpoint.load("f").values[1...3] == [1, .infinity, -.infinity])
            var seen: [String] = []
            let result = checkpoint.verify { seen.append($0) }
            #expect(seen == checkpoint.names)
            #expect(throws: CancellationError.self) { try checkpoint.verify { _ in throw CancellationError() } }
            #expect(result.isSound)
            #expect(result.nonFinite.map(\.name) == ["d", "f", "h", "b"])
            #expect(result.nonFinite.map(\.nonFiniteCount) == [1, 3, 3, 2])
        }
        let four = bytes([Float.nan, 1, 2, .infinity].map(\.bitPattern))
        let strided = PickleBytes.tensor(offset: 0, size: [2], stride: [3])
        let pickle = PickleBytes.pickle(PickleBytes.dictionary(("a", PickleBytes.tensor()), ("s", strided)))
        let archive = try Checkpoint.open(ZipBytes.pyTorch(pickle, storages: [("0", four)]).bytes, path: "w.pt")
        #expect(archive.verify().nonFinite.map(\.nonFiniteCount) == [2, 2])
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
