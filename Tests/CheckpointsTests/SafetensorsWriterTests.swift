import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("writing safetensors")
struct SafetensorsWriterTests {
    @Test("what is written is read back: names, shapes, bits, metadata")
    func roundTrip() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("w.safetensors").path
            let tensors = [
                (name: "b \"quoted\"\n", tensor: Tensor([1, -2.5, .pi, 0x1p-140, .infinity, 0], shape: [2, 3])),
                (name: "a", tensor: Tensor(5)),
                (name: "none", tensor: Tensor(zeros: [0, 4])),
            ]
            try SafetensorsWriter.write(tensors, metadata: ["k": "v\u{1}\\"], to: path)
            let checkpoint = try Checkpoint.open(path)
            #expect(Set(checkpoint.names) == Set(tensors.map(\.name)))
            #expect(checkpoint.metadata == ["k": "v\u{1}\\"])
            for (name, tensor) in tensors {
                #expect(checkpoint.shape(of: name) == tensor.shape)
                #expect(try checkpoint.load(name).values.map(\.bitPattern) == tensor.values.map(\.bitPattern))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["w.safetensors"])
        }
    }

    @Test("halves are rounded to nearest, ties to even")
    func halves() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("w").path
            // Pairs of a value and the half nearest to it.
            let pairs: [(Float, Float)] = [
                (1, 1), (-2.5, -2.5), (1 + 0x1p-11, 1), (1 + 3 * 0x1p-11, 1 + 0x1p-9), (65504, 65504), (65519, 65504),
                (0x1p-24, 0x1p-24), (0x1p-25, 0), (3 * 0x1p-25, 0x1p-23), (0x1p-14 - 0x1p-26, 0x1p-14), (-0.0, -0.0),
                (2047.5, 2048), (.infinity, .infinity),
            ]
            let tensor = Tensor(pairs.map(\.0), shape: [pairs.count])
            try SafetensorsWriter.write([("t", tensor)], precision: .float16, to: path)
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.elementType(of: "t") == .float16)
            #expect(try checkpoint.load("t").values.map(\.bitPattern) == pairs.map(\.1.bitPattern))
        }
    }

    @Test("nothing is written of what cannot be written")
    func refused() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("w").path
            let one = Tensor(1)
            #expect(throws: CheckpointError.unwritable(name: "a", fault: .duplicateName)) {
                try SafetensorsWriter.write([("a", one), ("a", one)], to: path)
            }
            #expect(throws: CheckpointError.unwritable(name: "__metadata__", fault: .duplicateName)) {
                try SafetensorsWriter.write([("__metadata__", one)], to: path)
            }
            #expect(throws: CheckpointError.unwritable(name: "a", fault: .beyondHalfRange(65520))) {
                try SafetensorsWriter.write([("a", Tensor(65520))], precision: .float16, to: path)
            }
            let missing = folder.appendingPathComponent("none/w").path
            #expect(throws: CheckpointError.cannotWrite(path: missing, reason: "No such file or directory")) {
                try SafetensorsWriter.write([("a", one)], to: missing)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("a failed write leaves the old file and no other")
    func keepsOldFile() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            // The target is a folder with something in it, so the last step, the renaming, fails.
            let target = folder.appendingPathComponent("w")
            try FileManager.default.createDirectory(
                at: target.appendingPathComponent("inner"), withIntermediateDirectories: true)
            #expect(throws: CheckpointError.self) {
                try SafetensorsWriter.write([("a", Tensor(1))], to: target.path)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["w"])
        }
    }
}
