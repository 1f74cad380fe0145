import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("several files with an index, and folders")
struct ShardedTests {
    private func write(_ text: String, _ url: URL) throws {
        try Data(text.utf8).write(to: url)
    }

    private func write(_ tensors: [(String, Float)], _ url: URL) throws {
        try SafetensorsWriter.write(tensors.map { (name: $0.0, tensor: Tensor($0.1)) }, to: url.path)
    }

    private func index(_ map: [(String, String)]) -> String {
        let entries = map.map { "\"\($0.0)\": \"\($0.1)\"" }.joined(separator: ", ")
        return "{\n \"metadata\": {\"total_size\": 8, \"more\": [1.5e3, null, {\"a\": [\"b\"]}]},\n"
            + " \"weight_map\": {\(entries)}\n}\n"
    }

    /// The fault of opening `w.index.json` with this text beside `one` and `two`, each with the tensor of its name.
    private func fault(_ text: String) throws -> IndexFault? {
        try Fixture.withTemporaryFolder { (folder) throws in
            try write([("one", 1)], folder.appendingPathComponent("1.safetensors"))
            try write([("two", 2)], folder.appendingPathComponent("2.safetensors"))
            try FileManager.default.copyItem(
                atPath: Fixture.path("Checkpoints/pytorch_without_checksums.pt"),
                toPath: folder.appendingPathComponent("3.bin").path)
            let path = folder.appendingPathComponent("w.index.json")
            try write(text, path)
            do {
                let checkpoint = try Checkpoint.open(path.path)
                #expect((try? checkpoint.load("two").values) == [2])
                #expect(checkpoint.container == .shardedSafetensors)
                #expect(
                    checkpoint.files.map { ($0.path as NSString).lastPathComponent } == [
                        "w.index.json", "2.safetensors", "1.safetensors",
                    ])
                #expect(checkpoint.names == ["two", "one"])
                return nil
            } catch let error as CheckpointError {
                guard case .index(_, let fault) = error else { throw error }
                return fault
            }
        }
    }

    @Test("an index brings its shards together, and any disagreement is an error")
    func shards() throws {
        #expect(try fault(index([("two", "2.safetensors"), ("one", "1.safetensors")])) == nil)
        #expect(
            try fault(index([("one", "1.safetensors"), ("two", "1.safetensors")]))
                == .tensorMissing(name: "two", shard: "1.safetensors"))
        #expect(
            try fault(index([("one", "1.safetensors"), ("other", "2.safetensors")]))
                == .tensorUnlisted(name: "two", shard: "2.safetensors"))
        #expect(
            try fault(index([("one", "2.safetensors"), ("two", "1.safetensors")]))
                == .tensorUnlisted(name: "two", shard: "2.safetensors"))
        #expect(
            try fault(index([("one", "none.safetensors")]))
                == .missingShard(name: "none.safetensors", reason: "No such file or directory"))
        #expect(
            try fault(index([("one", "1.safetensors"), ("a", "3.bin")]))
                == .mixedContainers(first: "1.safetensors", second: "3.bin"))
    }

    @Test(
        "a shard lies beside its index",
        arguments: ["../1.safetensors", "/etc/passwd", "a/b", "..", ".", "", "a\\\\b", #"a\u0000"#])
    func places(name: String) throws {
        guard case .invalidShardName? = try fault(index([("one", name)])) else {
            Issue.record("\(name) is followed")
            return
        }
    }

    @Test("an index that is no index")
    func texts() throws {
        #expect(try fault("{\"a\": 1}") == .noWeightMap)
        #expect(
            try fault("{\"weight_map\": {}, \"weight_map\": {}}") == .text(.duplicateKey("weight_map"), byteOffset: 18))
        #expect(
            try fault("{\"weight_map\": {\"a\": \"1\", \"a\": \"1\"}}") == .text(.duplicateKey("a"), byteOffset: 25))
        #expect(try fault("{\"weight_map\": {\"a\": 1}}") == .text(.unexpectedByte(expected: "'\"'"), byteOffset: 21))
        #expect(try fault("{\"weight_map\": {}} x") == .text(.trailingText, byteOffset: 19))
        let deep = "{\"x\": " + String(repeating: "[", count: 100_000)
        guard case .text(.nestedTooDeep, _)? = try fault(deep) else {
            Issue.record("a deep index")
            return
        }
        let many = (0..<300).map { ("t\($0)", "\($0).safetensors") }
        #expect(try fault(index(many)) == .tooManyShards(limit: 256))
    }

    @Test("PyTorch archives in shards")
    func archives() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            for (name, fixture) in [("1.bin", "pytorch_nested"), ("2.bin", "pytorch_without_checksums")] {
                try FileManager.default.copyItem(
                    atPath: Fixture.path("Checkpoints/\(fixture).pt"), toPath: folder.appendingPathComponent(name).path)
            }
            let names = try Fixture.tensors("Checkpoints/pytorch_expected").names
            let path = folder.appendingPathComponent("pytorch_model.bin.index.json")
            try write(index(names.map { ($0, "1.bin") } + [("a", "2.bin")]), path)
            let checkpoint = try Checkpoint.open(folder.path)
            #expect(checkpoint.container == .shardedPyTorch)
            #expect(checkpoint.names.count == names.count + 1)
            #expect(try checkpoint.load("a").values == [0, 1, 2, 3, 4, 5])
        }
    }

    @Test("of a folder the preferred file is taken, with the texts beside it")
    func folders() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            func url(_ name: String) -> URL { folder.appendingPathComponent(name) }
            func opened() throws -> Float? { try Checkpoint.open(folder.path).load("one").values.first }
            try write([("one", 4)], url("b.safetensors"))
            #expect(try opened() == 4)
            try write([("one", 5)], url("a.safetensors"))
            #expect(
                throws: CheckpointError.folder(
                    path: folder.path, fault: .severalCandidates(["a.safetensors", "b.safetensors"]))
            ) { try opened() }
            try write([("one", 3)], url("open_clip_model.safetensors"))
            #expect(try opened() == 3)
            try write(index([("one", "a.safetensors")]), url("model.safetensors.index.json"))
            #expect(try opened() == 5)
            try write([("one", 1)], url("model.safetensors"))
            #expect(try opened() == 1)
            try write("{\"hidden_size\": 8}", url("config.json"))
            try write("{}", url("open_clip_config.json"))
            try write("{}", url("tokenizer.json"))
            let checkpoint = try Checkpoint.open(folder.path + "/")
            #expect(checkpoint.metadata == ["config.json": "{\"hidden_size\": 8}", "open_clip_config.json": "{}"])
            #expect(checkpoint.path == folder.path + "/")
            try Data([0xFF]).write(to: url("config.json"))
            #expect(throws: CheckpointError.folder(path: folder.path, fault: .invalidText(name: "config.json"))) {
                try opened()
            }
            try write(String(repeating: " ", count: 1 << 20 + 1), url("config.json"))
            #expect(throws: CheckpointError.folder(path: folder.path, fault: .invalidText(name: "config.json"))) {
                try opened()
            }
        }
    }

    @Test("a folder without weights lists what is there")
    func noWeights() throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            #expect(throws: CheckpointError.folder(path: folder.path, fault: .noWeights(files: []))) {
                try Checkpoint.open(folder.path)
            }
            try write("{}", folder.appendingPathComponent("config.json"))
            let error = CheckpointError.folder(path: folder.path, fault: .noWeights(files: ["config.json"]))
            #expect(throws: error) { try Checkpoint.open(folder.path) }
            #expect(error.description == "'\(folder.path)' holds no file of weights, only 'config.json'")
        }
    }

    @Test("a digest of each file")
    func digests() throws {
        let checkpoint = try Fixture.tensors("Checkpoints/pytorch_expected")
        let path = Fixture.path("Checkpoints/pytorch_expected.safetensors")
        #expect(try checkpoint.files.map { try $0.sha256() } == [SHA256.hexadecimalDigest(ofFile: path)])
        #expect(checkpoint.byteCount == checkpoint.files[0].byteCount)
    }
}
