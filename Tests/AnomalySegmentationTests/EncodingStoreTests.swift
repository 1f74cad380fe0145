import CLIP
import Checkpoints
import Foundation
import Imaging
import NeuralNetwork
import SegmentAnything
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import AnomalySegmentation

@Suite("Encodings that are kept")
struct EncodingStoreTests {
    /// Two variants with two ways to look at the picture, so that an entry of each kind is made.
    private static func variants(_ scene: VariantScene) -> [AnomalyVariant] {
        scene.ablation().filter { ["map-winclip", "cascade"].contains($0.name) }
    }

    /// Patches at two sizes, windows at one, and SAM's embedding.
    private static let entries = 4

    private func files(_ folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
    }

    private func expectSame(_ left: [String: VariantResult], _ right: [String: VariantResult], _ note: String = "") {
        #expect(left.keys == right.keys)
        for (name, result) in left {
            #expect(result.scores == right[name]?.scores && result.score == right[name]?.score, "\(name) \(note)")
        }
    }

    @Test("a run that finds its entries gives the bytes of the one that made them, and encodes nothing")
    func found() throws {
        let scene = try VariantScene()
        let variants = Self.variants(scene)
        try Fixture.withTemporaryFolder { folder in
            let path = folder.appendingPathComponent("a/b")
            let first = EncodingStore(folder: path.path)
            let made = try scene.results(variants, first)
            #expect(first.usage.made == Self.entries && first.usage.found == 0 && first.usage.pictures == 1)
            #expect(try files(path).count == Self.entries)
            let second = EncodingStore(folder: path.path)
            expectSame(try scene.results(variants, second), made)
            #expect(second.usage.made == 0 && second.usage.found == Self.entries)
            #expect(second.usage.bytes == first.usage.bytes && first.usage.bytes > 0)
            // An entry of zeros shows that results come from the entries.
            let sam = try #require(
                try files(path).first { try Checkpoint.open($0.path).names == ["features"] })
            let entry = try Checkpoint.open(sam.path)
            let key = try #require(entry.metadata["vitrine.key"])
            let features = try entry.load("features")
            _ = second.keep(
                [("features", Tensor(zeros: features.shape) + 0.25 * features)], for: key)
            #expect(try scene.results(variants, second)["cascade"]?.scores != made["cascade"]?.scores)
        }
    }

    @Test("half floats change the maps by little")
    func precision() throws {
        let scene = try VariantScene()
        let variants = scene.ablation()
        try Fixture.withTemporaryFolder { folder in
            let exact = try scene.results(variants)
            let kept = try scene.results(variants, EncodingStore(folder: folder.path))
            var largest: Float = 0
            for variant in variants where variant.isMapAlone {
                let (left, right) = (try #require(exact[variant.name]), try #require(kept[variant.name]))
                for (a, b) in zip(left.scores.values, right.scores.values) { largest = max(largest, abs(a - b)) }
                #expect(left.scores != right.scores)
            }
            // Half floats have 11 bits: 2^-11 of a unit vector's cosine, times a logit scale of 100 / 4 at most.
            #expect(largest > 0 && largest < 0.01, "\(largest)")
        }
    }

    @Test("blocks that are asked for later join those that are there")
    func layers() throws {
        let scene = try VariantScene()
        func variant(_ layers: [Int]) -> [AnomalyVariant] {
            var configuration = VariantScene.configuration
            configuration.map.producer = .dense(patches: PatchComparison(layers: layers))
            return [.map(of: configuration)]
        }
        try Fixture.withTemporaryFolder { folder in
            let store = EncodingStore(folder: folder.path)
            let first = try scene.results(variant([3]), store)
            _ = try scene.results(variant([7, 2]), store)
            #expect(try files(folder).count == 2)
            let used = store.usage
            expectSame(try scene.results(variant([3]), store), first)
            _ = try scene.results(variant([2, 3, 7]), store)
            #expect(store.usage.made == used.made)
        }
    }

    @Test("other weights, pictures, sizes and attentions have entries of their own")
    func keys() throws {
        let scene = try VariantScene()
        func map(_ change: (inout AnomalyMapConfiguration) -> Void = { _ in }) -> [AnomalyVariant] {
            var configuration = VariantScene.configuration
            configuration.map.inputs = .scales(ofModelSide: [1.5])
            change(&configuration.map)
            return [.map(of: configuration)]
        }
        try Fixture.withTemporaryFolder { folder in
            let store = EncodingStore(folder: folder.path)
            func run(_ clip: CLIPModel, _ variants: [AnomalyVariant], _ picture: Image) throws {
                try VariantSegmenter(clip: clip, sam: scene.sam, variants: variants, encodings: store)
                    .forEachResult(picture, object: "tile") { _, _ in }
            }
            let picture = scene.picture
            var pixels = picture.pixels
            pixels[7] ^= 1
            let other = Image(size: picture.size, pixels: pixels)
            let wide = Image(
                size: ImageSize(width: picture.size.height, height: picture.size.width), pixels: picture.pixels)
            let runs: [(CLIPModel, [AnomalyVariant], Image)] = try [
                (scene.clip, map(), picture), (scene.clip, map(), other), (scene.clip, map(), wide),
                (GeneratedModels.clip(altering: "visual.proj"), map(), picture),
                (GeneratedModels.clip(activation: .gelu), map(), picture),
                (scene.clip, map { $0.inputs = .scales(ofModelSide: [2]) }, picture),
                (scene.clip, map { $0.positionResampling = .bilinear }, picture),
                (scene.clip, map { $0.views = [.turned] }, picture),
                (scene.clip, map { $0.producer = .dense(patches: PatchComparison(attention: .ordinary)) }, picture),
                (
                    scene.clip,
                    map { $0.producer = .dense(patches: PatchComparison(attention: .valueValue(firstBlock: 3))) },
                    picture
                ),
                (scene.clip, map { $0.producer = .windows(sides: [2]) }, picture),
                (scene.clip, map { $0.producer = .windows(sides: [3]) }, picture),
                (scene.clip, map { ($0.producer, $0.views) = (.windows(sides: [3]), [.turned]) }, picture),
            ]
            for (index, (clip, variants, picture)) in runs.enumerated() {
                try run(clip, variants, picture)
                #expect(try files(folder).count == index + 1)
            }
            // These ask for the same.
            try run(GeneratedModels.clip(altering: "token_embedding.weight"), map(), picture)
            try run(scene.clip, map { $0.smoothing = 0 }, picture)
            #expect(try files(folder).count == runs.count)
        }
    }

    @Test("an entry cut short, changed anywhere or of another key is told, made again and replaced")
    func damaged() throws {
        let scene = try VariantScene()
        let variants = Self.variants(scene)
        try Fixture.withTemporaryFolder { folder in
            let reports = Mutex<[String]>([])
            let store = EncodingStore(folder: folder.path) { report in reports.withLock { $0.append(report) } }
            let made = try scene.results(variants, store)
            let entries = try files(folder)
            let good = try entries.map { try Data(contentsOf: $0) }
            var rounds = 0
            for place in [0, 9, 80, good[0].count - 1] {
                for (entry, data) in zip(entries, good) {
                    var flipped = data
                    flipped[min(place, data.count - 1)] ^= 1
                    try flipped.write(to: entry)
                }
                expectSame(try scene.results(variants, store), made, "flipped at \(place)")
                for (entry, data) in zip(entries, good) { try data.prefix(min(place, data.count - 1)).write(to: entry) }
                expectSame(try scene.results(variants, store), made, "cut at \(place)")
                rounds += 2
            }
            // Each takes the next one's name.
            for (entry, data) in zip(entries, good.dropFirst() + good.prefix(1)) { try data.write(to: entry) }
            expectSame(try scene.results(variants, store), made, "exchanged")
            rounds += 1
            #expect(try entries.map { try Data(contentsOf: $0) } == good)
            #expect(reports.withLock { $0.count } == rounds * Self.entries)
            #expect(reports.withLock { $0.allSatisfy { $0.contains("its encodings are computed again") } })
        }
    }

    @Test("values beyond half floats are used as they are, and told")
    func beyond() throws {
        try Fixture.withTemporaryFolder { folder in
            let reports = Mutex<[String]>([])
            let store = EncodingStore(folder: folder.path) { report in reports.withLock { $0.append(report) } }
            let large = Tensor([70_000, 0.1], shape: [2])
            #expect(store.keep([("x", large)], for: "key")[0].tensor.values == large.values)
            let kept = try files(folder)
            #expect(kept.isEmpty)
            #expect(
                reports.withLock { $0 } == ["values beyond the range of half floats are not kept in \(folder.path)"])
        }
    }

    @Test("a folder that cannot be written is only a missing store, and says so")
    func unwritable() throws {
        let scene = try VariantScene()
        let variants = Self.variants(scene)
        try Fixture.withTemporaryFolder { folder in
            let made = try scene.results(variants, EncodingStore(folder: folder.path))
            for path in ["/proc/nowhere/x", "", "a\0b"] {
                let reports = Mutex<[String]>([])
                let store = EncodingStore(folder: path) { report in reports.withLock { $0.append(report) } }
                expectSame(try scene.results(variants, store), made, path)
                #expect(reports.withLock { $0.allSatisfy { $0.contains("the encodings are not kept") } })
                #expect(reports.withLock { $0.count } == Self.entries)
            }
        }
    }
}
