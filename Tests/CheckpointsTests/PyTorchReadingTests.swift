import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

@Suite("reading what PyTorch writes")
struct PyTorchReadingTests {
    private func open(_ name: String) throws -> Checkpoint {
        try Checkpoint.open(Fixture.path("Checkpoints/\(name)"))
    }

    private func expectEqual(_ checkpoint: Checkpoint, _ expected: Checkpoint) throws {
        #expect(Set(checkpoint.names) == Set(expected.names))
        for name in expected.names {
            #expect(checkpoint.shape(of: name) == expected.shape(of: name), "\(name)")
            let found = try checkpoint.load(name).values.map(\.bitPattern)
            #expect(try found == expected.load(name).values.map(\.bitPattern), "\(name)")
        }
    }

    @Test(
        "every element of a training checkpoint is what PyTorch reads",
        arguments: ["pytorch_nested.pt", "pytorch_protocol4.pt", "pytorch_deflated.pt"])
    func nested(name: String) throws {
        let checkpoint = try open(name)
        #expect(checkpoint.container == .pyTorchArchive)
        try expectEqual(checkpoint, try open("pytorch_expected.safetensors"))
        #expect(checkpoint.elementType(of: "state_dict.bfloat16") == .brain16)
        #expect(checkpoint.elementType(of: "state_dict.int64") == .signed64)
        #expect(checkpoint.storedByteCount(of: "state_dict.expanded") == 3 * 4 * 2 * 4)
        #expect(checkpoint.names.first == "state_dict.float32")
    }

    @Test("what is no tensor under a text name is listed")
    func ignored() throws {
        let checkpoint = try open("pytorch_nested.pt")
        #expect(
            checkpoint.ignored == [
                IgnoredEntry(name: "epoch", content: "a whole number"),
                IgnoredEntry(name: "rate", content: "a number"), IgnoredEntry(name: "name", content: "a text"),
                IgnoredEntry(name: "nothing", content: "nothing"),
                IgnoredEntry(name: "steps", content: "a list of 3"),
                IgnoredEntry(name: "large", content: "a whole number"),
                IgnoredEntry(name: "optimizer.state", content: "2 entries whose keys are no texts"),
                IgnoredEntry(name: "optimizer.param_groups", content: "a list of 1"),
            ])
    }

    @Test("stored Float32 is used in place, also by tensors that share a storage")
    func inPlace() throws {
        let checkpoint = try open("pytorch_nested.pt")
        let whole = try checkpoint.load("state_dict.float32")
        let again = try checkpoint.load("state_dict.float32")
        let row = try checkpoint.load("state_dict.row")
        let start = whole.withUnsafeBufferPointer(\.baseAddress)
        #expect(again.withUnsafeBufferPointer(\.baseAddress) == start)
        #expect(row.withUnsafeBufferPointer(\.baseAddress) == start.map { $0 + 12 })
        let deflated = try open("pytorch_deflated.pt")
        #expect(try deflated.load("state_dict.float32").values == whole.values)
    }

    @Test("an archive of the layout that OpenAI publishes: a traced CLIP with fp16 and fp32 storages")
    func torchScript() throws {
        let checkpoint = try open("torchscript_clip.pt")
        let expected = try open("torchscript_clip_expected.safetensors")
        #expect(checkpoint.container == .torchScript)
        try expectEqual(checkpoint, expected)
        for name in expected.names {
            #expect(checkpoint.elementType(of: name) == expected.elementType(of: name), "\(name)")
        }
        #expect(checkpoint.elementType(of: "visual.transformer.resblocks.0.attn.in_proj_weight") == .float16)
        #expect(checkpoint.elementType(of: "transformer.resblocks.1.ln_1.weight") == .float32)
        #expect(try checkpoint.load("vocab_size").values == [20])
        #expect(checkpoint.ignored.isEmpty)
    }

    @Test("a scripted module with lists of modules, typed lists and dictionaries, and a tied tensor")
    func scripted() throws {
        let checkpoint = try open("torchscript_module.pt")
        let expected = try open("torchscript_module_expected.safetensors")
        try expectEqual(checkpoint, expected)
        #expect(try checkpoint.load("tied").values == checkpoint.load("first.layers.0.weight").values)
        #expect(Set(checkpoint.ignored.map(\.name)).isSuperset(of: ["weights.a", "label", "first.sizes"]))
    }

    @Test("verifying a sound archive compares every checksum and finds nothing")
    func sound() throws {
        for name in ["pytorch_nested.pt", "pytorch_deflated.pt", "torchscript_clip.pt"] {
            let result = try open(name).verify()
            #expect(result.isSound && result.nonFinite.isEmpty && result.recordsWithoutChecksum == 0)
            #expect(result.records.contains { $0.name == "data/0" })
        }
    }

    @Test("an archive written without checksums is read, and verifying says that there are none")
    func withoutChecksums() throws {
        let checkpoint = try open("pytorch_without_checksums.pt")
        #expect(try checkpoint.load("a").values == [0, 1, 2, 3, 4, 5])
        let result = checkpoint.verify()
        #expect(result.isSound)
        #expect(result.recordsWithoutChecksum == result.records.count)
    }

    @Test("a pickle of before PyTorch 1.6 is refused with the way out")
    func legacy() throws {
        let path = Fixture.path("Checkpoints/pytorch_legacy.pt")
        let error = CheckpointError.unsupportedKind(path: path, kind: .pickle)
        #expect(throws: error) { try Checkpoint.open(path) }
        #expect(error.description.hasSuffix("or its tensors with safetensors.torch.save_file"))
    }
}
