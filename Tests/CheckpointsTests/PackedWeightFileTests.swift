import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Checkpoints
@testable import Tensors

@Suite("packed weights in a file")
struct PackedWeightFileTests {
    /// A file of weights, a folder for packed ones, and what was told.
    private final class Bench: Sendable {
        let root: URL
        let told = Mutex<[String]>([])
        var folder: String { root.appendingPathComponent("packed").path }
        var weights: String { root.appendingPathComponent("weights.safetensors").path }

        init(root: URL) { self.root = root }

        func write(scale: Float = 1) throws {
            let tensors = ["a", "b"].map { name in
                let tensor = GeneratedWeights.tensor(name, shape: [40, 30])
                return (name: name, tensor: Tensor(tensor.values.map { $0 * scale }, shape: tensor.shape))
            }
            try SafetensorsWriter.write(tensors, to: weights)
        }

        func file(_ precision: Precision = .full, limitBytes: Int = 1 << 30) throws -> PackedWeightFile {
            // The clock is ahead, in place of waiting until the weights are old enough.
            let digests = DigestCache(folder: folder, report: { _ in }, now: { time(nil) + 60 }) {
                file throws(CheckpointError) in try SHA256.hexadecimalDigest(of: file)
            }
            return PackedWeightFile(
                of: try Checkpoint.open(weights), precision: precision, folder: folder, limitBytes: limitBytes,
                digests: digests
            ) { [self] sentence in told.withLock { $0.append(sentence) } }
        }

        /// What a command does: weights with and without kept panels, a product with each, and the end.
        ///
        /// - Returns: which weights came from the file, and the products.
        func use(
            _ names: [String] = ["a", "b"], _ precision: Precision = .full, limitBytes: Int = 1 << 30
        ) throws -> (kept: [String], products: [Tensor]) {
            let file = try file(precision, limitBytes: limitBytes)
            let source = try Checkpoint.open(weights)
            var kept: [String] = []
            let products = try names.map { name in
                let input = GeneratedWeights.input([3, 30])
                if let panels = file.panels(name) {
                    kept.append(name)
                    let weight = LinearWeight(panels, precision: precision, original: { nil })
                    return input.linear(weight: try #require(weight))
                }
                let weight = LinearWeight(try source.load(name), precision: precision)
                file.note(weight, name)
                return input.linear(weight: weight)
            }
            file.keep()
            return (kept, products)
        }

        var packed: [String] {
            get throws {
                try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".packed") }.sorted()
                    .map { "\(folder)/\($0)" }
            }
        }

        var sentences: [String] {
            told.withLock { told in
                defer { told = [] }
                return told
            }
        }
    }

    private func withBench(_ body: (Bench) throws -> Void) throws {
        // Where OpenBLAS computes, nothing is packed.
        guard LinearWeight.packs else { return }
        try Fixture.withTemporaryFolder { folder throws in
            let bench = Bench(root: folder)
            try bench.write()
            try body(bench)
        }
    }

    @Test("the second run uses them, with the same results", arguments: Precision.allCases)
    func reused(precision: Precision) throws {
        try withBench { bench throws in
            let first = try bench.use(["a", "b"], precision)
            #expect(first.kept.isEmpty)
            let before = try bench.packed
            #expect(before.count == 1)
            let second = try bench.use(["a", "b"], precision)
            #expect(second.kept == ["a", "b"] && bench.sentences.isEmpty)
            #expect(try bench.packed == before)
            for (one, other) in zip(first.products, second.products) { #expect(isIdentical(one, other)) }
        }
    }

    @Test("weights that a later run packs are added")
    func added() throws {
        try withBench { bench throws in
            #expect(try bench.use(["a"]).kept.isEmpty)
            #expect(try bench.use().kept == ["a"])
            #expect(try bench.use().kept == ["a", "b"])
            #expect(try bench.packed.count == 1 && bench.sentences.isEmpty)
        }
    }

    @Test("other weights and another precision find nothing")
    func others() throws {
        try withBench { bench throws in
            _ = try bench.use()
            #expect(try bench.use(["a"], .int8).kept.isEmpty)
            try bench.write(scale: 2)
            #expect(try bench.use().kept.isEmpty)
            #expect(try bench.packed.count == 3 && bench.sentences.isEmpty)
        }
    }

    @Test("a file that is damaged anywhere is not used where it is, and made anew")
    func damaged() throws {
        try withBench { bench throws in
            let expected = try bench.use().products
            let path = try #require(try bench.packed.first)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            let names = try Checkpoint.open(path).names
            for place in stride(from: 0, to: whole.count, by: max(1, whole.count / 97)) {
                var bytes = whole
                bytes[place] ^= 0x10
                try bytes.write(to: URL(fileURLWithPath: path))
                let run = try bench.use()
                #expect(run.kept.count < names.count, "byte \(place)")
                for (one, other) in zip(run.products, expected) { #expect(isIdentical(one, other), "byte \(place)") }
                #expect(!bench.sentences.isEmpty, "byte \(place)")
                #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == whole.count)
                #expect(try bench.use().kept == ["a", "b"] && bench.sentences.isEmpty, "byte \(place)")
            }
            for length in [0, 7, 100, whole.count - 1] {
                try whole.prefix(length).write(to: URL(fileURLWithPath: path))
                #expect(try bench.use().kept.isEmpty && !bench.sentences.isEmpty, "\(length) bytes")
                #expect(try bench.use().kept == ["a", "b"] && bench.sentences.isEmpty, "\(length) bytes")
            }
        }
    }

    @Test("another weights' file under this name is not used")
    func foreign() throws {
        try withBench { bench throws in
            _ = try bench.use()
            let path = try #require(try bench.packed.first)
            try bench.write(scale: 2)
            _ = try bench.use()
            let other = try #require(try bench.packed.first { $0 != path })
            try FileManager.default.removeItem(atPath: other)
            try FileManager.default.copyItem(atPath: path, toPath: other)
            #expect(try bench.use().kept.isEmpty)
            #expect(bench.sentences.count == 1)
        }
    }

    @Test("weights that change while they are used are not kept under their old name")
    func changing() throws {
        try withBench { bench throws in
            let file = try bench.file()
            let weight = LinearWeight(try Checkpoint.open(bench.weights).load("a"))
            file.note(weight, "a")
            _ = GeneratedWeights.input([1, 30]).linear(weight: weight)
            // By renaming, as weights should be replaced: what was packed belongs to the file that is still open.
            try bench.write(scale: 2)
            file.keep()
            #expect(try bench.use(["a"]).kept.isEmpty)
        }
    }

    @Test("a folder that cannot be made is told, and is no failure")
    func noFolder() throws {
        try withBench { bench throws in
            try Data().write(to: URL(fileURLWithPath: bench.folder))
            #expect(try bench.use().kept.isEmpty)
            #expect(bench.sentences.count == 1)
        }
    }

    @Test("beyond the limit the files that were used longest ago go, and nothing else")
    func limit() throws {
        try withBench { bench throws in
            _ = try bench.use()
            let first = try #require(try bench.packed.first)
            let strangers = ["notes.packed", "notes.txt"].map { "\(bench.folder)/\($0)" }
            for path in strangers { try Data("mine".utf8).write(to: URL(fileURLWithPath: path)) }
            _ = try bench.use(["a"], .bf16, limitBytes: 20)
            #expect(!FileManager.default.fileExists(atPath: first))
            #expect(try bench.packed.count == 2)
            for path in strangers { #expect(FileManager.default.fileExists(atPath: path)) }
        }
    }
}
