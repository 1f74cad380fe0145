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

    @Test(
        "a matrix of bytes comes back as the numbers that they stand for, its scales unseen, and is written the same again"
    )
    func bytes() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("w").path
            let matrix = Tensor([1, -0.5, 0.25, 0, 0, 0, 300, 1.2, -299], shape: [3, 3])
            try SafetensorsWriter.write([("a.weight", matrix)], precision: .int8, to: path)
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.names == ["a.weight"] && checkpoint.elementType(of: "a.weight") == .signed8)
            #expect(checkpoint.storedByteCount(of: "a.weight") == 9 + 3 * 4)
            let back = try checkpoint.load("a.weight")
            #expect(back.shape == [3, 3] && back.values == ByteRows(matrix).tensor.values)
            #expect(zip(back.values, matrix.values).allSatisfy { abs($0 - $1) < 300.0 / 250 })
            let again = folder.appendingPathComponent("again").path
            try SafetensorsWriter.write([("a.weight", back)], precision: .int8, to: again)
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: again)) == Data(contentsOf: URL(fileURLWithPath: path)))
            #expect(throws: CheckpointError.unwritable(name: "v", fault: .noMatrix([3]))) {
                try SafetensorsWriter.write([("v", Tensor(zeros: [3]))], precision: .int8, to: path)
            }
            // Scales of another shape belong to no tensor, so both are seen as they are.
            let plain = folder.appendingPathComponent("plain").path
            try SafetensorsWriter.write([("a", matrix), ("a_scale", Tensor(zeros: [3, 1]))], to: plain)
            #expect(try Checkpoint.open(plain).names == ["a", "a_scale"])
        }
    }

    @Test("bfloat16 is the nearest of its numbers, and what is no number stays so")
    func brain() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("w").path
            // Exact; halfway to an even one, up and down; just above halfway; beyond the greatest.
            let values: [Float] = [
                1.5, 1.01171875, 1.00390625, -1.0039064, 3.4e38, .nan, Float(bitPattern: 0x7F80_0001),
            ]
            try SafetensorsWriter.write([("t", Tensor(values, shape: [7]))], precision: .brain16, to: path)
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.elementType(of: "t") == .brain16)
            let read = try checkpoint.load("t").values
            #expect(Array(read.prefix(5)) == [1.5, 1.015625, 1, -1.0078125, .infinity])
            #expect(read.suffix(2).allSatisfy { $0.isNaN })
        }
    }

    @Test("a source is written one tensor at a time, each with its own precision")
    func streamed() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let source = try Fixture.tensors("Checkpoints/pytorch_expected")
            let path = folder.appendingPathComponent("w").path
            var seen: [String] = []
            try SafetensorsWriter.write(
                source, names: source.names.reversed(), metadata: ["k": "v"], to: path,
                precision: { $0.hasSuffix("float16") ? .float16 : .float32 }, progress: { seen.append($0) })
            #expect(seen == source.names.reversed())
            let written = try Checkpoint.open(path)
            #expect(written.metadata == ["k": "v"])
            #expect(written.elementType(of: "state_dict.float16") == .float16)
            for name in source.names {
                #expect(written.shape(of: name) == source.shape(of: name))
                #expect(try written.load(name).values == source.load(name).values, "\(name)")
            }
            // Data starts on a multiple of 64, so that it is used in place by any reader.
            let length = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(8).reversed().reduce(0) {
                $0 << 8 | Int($1)
            }
            #expect((length + 8) % 64 == 0)
        }
    }

    @Test("a source that lies or fails leaves no file")
    func badSource() throws {
        struct Liar: TensorSource {
            var names: [String] { ["a"] }
            func shape(of name: String) -> Shape? { [2] }
            func load(_ name: String) throws -> Tensor { Tensor(1) }
        }
        try Fixture.withTemporaryFolder { (folder) throws in
            let path = folder.appendingPathComponent("w").path
            #expect(throws: CheckpointError.unwritable(name: "a", fault: .otherShape(announced: [2], loaded: []))) {
                try SafetensorsWriter.write(Liar(), to: path)
            }
            let huge = try Fixture.tensors("Checkpoints/pytorch_expected")
            let error = #expect(throws: CheckpointError.self) {
                try SafetensorsWriter.write(huge, to: path, precision: { _ in .float16 })
            }
            guard case .unwritable(_, .beyondHalfRange) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(throws: CheckpointError.noSuchTensor(path: path, name: "none")) {
                try SafetensorsWriter.write(huge, names: ["none"], to: path)
            }
            #expect(throws: CancellationError.self) {
                try SafetensorsWriter.write(
                    huge, to: path, progress: { if $0 != huge.names.first { throw CancellationError() } })
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
            let error = #expect(throws: CheckpointError.self) {
                try SafetensorsWriter.write([("a", Tensor(1))], to: target.path)
            }
            guard case .cannotWrite(target.path, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["w"])
        }
    }
}
