import CLIP
import Foundation
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import AnomalySegmentation

@Suite("Text vectors from earlier runs")
struct TextVectorStoreTests {
    private static let text = TextPromptConfiguration {
        $0.table = PromptTable(
            name: "short", normalStates: ["{}"], abnormalStates: ["{} with flaw", "bad {}"], templates: ["a {}."])
    }

    private func cache(
        _ store: TextVectorStore?, clip: CLIPModel? = nil, _ change: (inout TextPromptConfiguration) -> Void = { _ in }
    ) throws -> TextVectorCache {
        var configuration = Self.text
        change(&configuration)
        return TextVectorCache(
            clip: try clip ?? GeneratedModels.clip(), configuration: configuration, store: store)
    }

    private func key(_ object: String = "tile") throws -> TextVectorKey {
        TextVectorKey(
            encoder: try GeneratedModels.clip().textFingerprint, rule: Self.text.vectorRule,
            expansion: try Self.text.expansion(for: object))
    }

    private func files(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func expectSame(_ left: TextVectors, _ right: TextVectors) {
        #expect(isIdentical(left.normal, right.normal) && isIdentical(left.abnormal, right.abnormal))
    }

    private func unit(_ place: Int) -> Tensor { Tensor((0..<16).map { $0 == place ? 1 : 0 }, shape: [16]) }

    @Test("what was kept comes back with the same bytes, and nothing is encoded")
    func hit() throws {
        try Fixture.withTemporaryFolder { folder in
            let store = TextVectorStore(folder: folder.appendingPathComponent("a/b").path)
            let made = try cache(nil).vectors(for: "tile")
            expectSame(try cache(store).vectors(for: "tile"), made)
            expectSame(try cache(store).vectors(for: "tile"), made)
            // Vectors that no encoder makes show where they come from.
            let marked = TextVectors(normal: unit(0), abnormal: unit(1))
            store.keep(marked, for: try key())
            expectSame(try cache(store).vectors(for: "tile"), marked)
            #expect(try files(folder.appendingPathComponent("a/b")) == [try key().fileName])
        }
    }

    @Test("the segmenter takes them, and remembers them")
    func segmenter() throws {
        try Fixture.withTemporaryFolder { folder in
            let store = TextVectorStore(folder: folder.path)
            let marked = TextVectors(normal: unit(0), abnormal: unit(1))
            store.keep(marked, for: try key())
            let segmenter = try AnomalySegmenter(
                clip: GeneratedModels.clip(), sam: GeneratedModels.sam(),
                configuration: AnomalyConfiguration { $0.text = Self.text }, textCache: store)
            expectSame(try segmenter.textVectors(for: "tile"), marked)
            try FileManager.default.removeItem(at: folder.appendingPathComponent(try key().fileName))
            expectSame(try segmenter.textVectors(for: "tile"), marked)
        }
    }

    @Test("other weights, activation, rule, sentences, order or object have entries of their own")
    func misses() throws {
        try Fixture.withTemporaryFolder { folder in
            let store = TextVectorStore(folder: folder.path)
            let others: [TextVectorCache] = try [
                cache(store), cache(store, clip: GeneratedModels.clip(activation: .gelu)),
                cache(store, clip: GeneratedModels.clip(altering: "token_embedding.weight")),
                cache(store, clip: GeneratedModels.clip(altering: "transformer.resblocks.1.attn.in_proj_bias")),
                cache(store) { $0.vectorRule = .rawMean }, cache(store) { $0.table.templates = ["the {}."] },
                cache(store) { $0.table.abnormalStates.reverse() },
                cache(store) { swap(&$0.table.normalStates, &$0.table.abnormalStates) },
                cache(store) { $0.table.objectNames = ["tile": "brick"] },
            ]
            for (index, other) in others.enumerated() {
                _ = try other.vectors(for: "tile")
                #expect(try files(folder).count == index + 1)
            }
            _ = try others[0].vectors(for: "nut")
            #expect(try files(folder).count == others.count + 1)
            // These say the same to the same encoder.
            _ = try cache(store, clip: GeneratedModels.clip(altering: "visual.proj")).vectors(for: "tile")
            _ = try cache(store) { $0.table.name = "other" }.vectors(for: " tile")
            #expect(try files(folder).count == others.count + 1)
        }
    }

    @Test("sentences cannot be cut so that two keys are one")
    func key() throws {
        func text(_ normal: [String], _ abnormal: [String]) throws -> String {
            TextVectorKey(
                encoder: try GeneratedModels.clip().textFingerprint, rule: .rawMean,
                expansion: PromptExpansion(object: "", normal: normal, abnormal: abnormal)
            ).text
        }
        let keys = try [
            text(["a", "b"], ["c"]), text(["a\n1 b"], ["c"]), text(["a"], ["b", "c"]), text(["a"], ["b\n1 c"]),
            text(["a", "b\nc"], ["d"]), text(["a\nb", "c"], ["d"]),
            text(["\u{E9}"], ["c"]), text(["e\u{301}"], ["c"]),
        ]
        #expect(Set(keys.map { Array($0.utf8) }).count == keys.count)
    }

    @Test("an entry cut short, changed anywhere or of something else is computed again and replaced")
    func damaged() throws {
        try Fixture.withTemporaryFolder { folder in
            let reports = Mutex<[String]>([])
            let store = TextVectorStore(folder: folder.path) { report in reports.withLock { $0.append(report) } }
            let clip = try GeneratedModels.clip()
            let made = try cache(store, clip: clip).vectors(for: "tile")
            let path = folder.appendingPathComponent(try key().fileName)
            let good = try Data(contentsOf: path)
            var damaged: [Data] = [Data(), Data("text".utf8), good + [0]]
            for place in stride(from: 0, to: good.count, by: 23) {
                damaged.append(good.prefix(place))
                var flipped = good
                flipped[place] ^= 1
                damaged.append(flipped)
            }
            for data in damaged {
                try data.write(to: path)
                expectSame(try cache(store, clip: clip).vectors(for: "tile"), made)
                // A flipped bit in the padding of the header may do no harm.
                if try Data(contentsOf: path) != good { #expect(try Data(contentsOf: path) == data) }
            }
            #expect(reports.withLock { $0.count } >= damaged.count - 3)
            #expect(reports.withLock { $0.allSatisfy { $0.contains("computed again") } })
        }
    }

    @Test("an entry of another key, of another width or of no numbers is not used")
    func foreign() throws {
        try Fixture.withTemporaryFolder { folder in
            let store = TextVectorStore(folder: folder.path)
            let clip = try GeneratedModels.clip()
            let made = try cache(nil, clip: clip).vectors(for: "tile")
            let path = folder.appendingPathComponent(try key().fileName)
            store.keep(TextVectors(normal: unit(0), abnormal: unit(1)), for: try key("nut"))
            try FileManager.default.copyItem(at: folder.appendingPathComponent(try key("nut").fileName), to: path)
            expectSame(try cache(store, clip: clip).vectors(for: "tile"), made)
            for other in [Tensor([1, 0], shape: [2]), Tensor([Float](repeating: .nan, count: 16), shape: [16])] {
                store.keep(TextVectors(normal: other, abnormal: other), for: try key())
                expectSame(try cache(store, clip: clip).vectors(for: "tile"), made)
                #expect(try store.vectors(for: key(), width: 16)?.normal.values == made.normal.values)
            }
        }
    }

    @Test("a folder that cannot be written is only a missing cache, and says so")
    func unwritable() throws {
        try Fixture.withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("file")
            try Data("x".utf8).write(to: file)
            let made = try cache(nil).vectors(for: "tile")
            for path in [file.path, file.path + "/sub", "/proc/nowhere/x", "", "a\0b"] {
                let reports = Mutex<[String]>([])
                let store = TextVectorStore(folder: path) { report in reports.withLock { $0.append(report) } }
                expectSame(try cache(store).vectors(for: "tile"), made)
                #expect(reports.withLock { $0.contains { $0.contains("are not kept") } }, "\(path)")
            }
            #expect(try Data(contentsOf: file) == Data("x".utf8))
        }
    }

    /// Keeps marked vectors for objects, one after the other, with a second of use between them.
    private func keep(_ objects: [String], in store: TextVectorStore, _ folder: URL) throws {
        for (place, object) in objects.enumerated() {
            store.keep(TextVectors(normal: unit(0), abnormal: unit(1)), for: try key(object))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_000_000 + Double(place))],
                ofItemAtPath: folder.appendingPathComponent(try key(object).fileName).path)
        }
    }

    @Test("entries that were used longest ago are removed, until a quarter of the limit is free")
    func limit() throws {
        try Fixture.withTemporaryFolder { folder in
            let objects = "abcdefgh".map { "tile \($0)" }
            try keep(objects, in: TextVectorStore(folder: folder.path), folder)
            let size = try Data(contentsOf: folder.appendingPathComponent(try key("tile a").fileName)).count
            let store = TextVectorStore(folder: folder.path, limitBytes: 8 * size)
            // The oldest is used again.
            #expect(try store.vectors(for: key("tile a"), width: 16) != nil)
            store.keep(TextVectors(normal: unit(0), abnormal: unit(1)), for: try key("tile h"))
            #expect(try files(folder).count == 8)
            store.keep(TextVectors(normal: unit(0), abnormal: unit(1)), for: try key("tile i"))
            let left = try (["tile a"] + objects[4...] + ["tile i"]).map { try key($0).fileName }
            #expect(try files(folder) == left.sorted())
        }
    }

    @Test("the entry that was just written stays, however large; a folder's name may end in a slash")
    func largeEntry() throws {
        try Fixture.withTemporaryFolder { folder in
            let store = TextVectorStore(folder: folder.path + "/", limitBytes: 10)
            for object in ["a", "b"] {
                store.keep(TextVectors(normal: unit(0), abnormal: unit(1)), for: try key(object))
                #expect(try files(folder) == [try key(object).fileName])
            }
        }
    }

    @Test("nothing that is no such entry is removed or counted")
    func others() throws {
        try Fixture.withTemporaryFolder { folder in
            let own = TextVectorStore(folder: folder.path)
            try keep(["nut", "bolt"], in: own, folder)
            let (nut, bolt) = (try key("nut").fileName, try key("bolt").fileName)
            let entry = try Data(contentsOf: folder.appendingPathComponent(nut))
            let name = String(repeating: "0", count: 32) + ".safetensors"
            for other in [name, "digests.json", "copy.safetensors", String(name.dropLast())] {
                try entry.write(to: folder.appendingPathComponent(other))
            }
            // A link to an entry.
            let elsewhere = folder.appendingPathComponent("elsewhere")
            try FileManager.default.moveItem(at: folder.appendingPathComponent(bolt), to: elsewhere)
            try FileManager.default.createSymbolicLink(
                at: folder.appendingPathComponent(bolt), withDestinationURL: elsewhere)
            _ = EncodingStore(folder: folder.path).keep([("features", unit(0))], for: "vitrine encodings 1")
            let before = try files(folder)
            #expect(before.count == 8)
            let store = TextVectorStore(folder: folder.path, limitBytes: 10)
            store.keep(TextVectors(normal: unit(0), abnormal: unit(1)), for: try key("tile"))
            let expected = Set(before).subtracting([nut]).union([try key("tile").fileName])
            #expect(try Set(files(folder)) == expected)
        }
    }

    @Test("several that share a folder at once get the same bytes and leave whole files")
    func shared() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vitrine-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let clip = try GeneratedModels.clip()
        let expected = try cache(nil, clip: clip).vectors(for: "tile")
        let found = try await withThrowingTaskGroup(of: TextVectors.self) { group in
            for _ in 0..<8 {
                let own = try cache(TextVectorStore(folder: folder.path), clip: clip)
                group.addTask { try own.vectors(for: "tile") }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found.count == 8)
        for vectors in found { expectSame(vectors, expected) }
        #expect(try files(folder) == [try key().fileName])
    }
}
