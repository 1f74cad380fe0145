import CLIP
import Imaging
import SegmentAnything
import Tensors
import Testing

@testable import AnomalySegmentation

/// Serialized: one test changes the number of threads.
@Suite("From picture and name to result", .serialized)
struct AnomalySegmenterTests {
    private let clip: CLIPModel
    private let sam: SAMModel

    init() throws {
        clip = try GeneratedModels.clip()
        sam = try GeneratedModels.sam()
    }

    private func configuration(
        _ change: (inout AnomalyConfiguration) -> Void = { _ in }
    ) -> AnomalyConfiguration {
        var configuration = AnomalyConfiguration()
        configuration.text.table = PromptTable(
            name: "short", normalStates: ["{}"], abnormalStates: ["{} with flaw"],
            templates: ["a photo of a {}.", "the {}."])
        configuration.map.inputs = .scales(ofModelSide: [1])
        configuration.map.side = 64
        configuration.map.smoothing = 1
        change(&configuration)
        return configuration
    }

    private func segmenter(
        _ change: (inout AnomalyConfiguration) -> Void = { _ in }
    ) throws -> AnomalySegmenter {
        try AnomalySegmenter(clip: clip, sam: sam, configuration: configuration(change))
    }

    /// Everything that was computed, timings aside.
    private func expectEqual(_ left: AnomalyResult, _ right: AnomalyResult) {
        #expect(left.clipMap == right.clipMap && left.fusedMap == right.fusedMap && left.mask == right.mask)
        #expect(left.score == right.score && left.omission == right.omission)
        #expect(left.prompts.threshold == right.prompts.threshold)
        #expect(left.prompts.groups.map(\.points) == right.prompts.groups.map(\.points))
        #expect(left.cascades.map(\.outcome) == right.cascades.map(\.outcome))
        #expect(
            left.cascades.flatMap(\.stages).map(\.logits.values)
                == right.cascades.flatMap(\.stages).map(\.logits.values))
    }

    @Test("a picture comes back with maps, mask and trace at its own size", arguments: [(48, 80), (130, 61)])
    func sizes(width: Int, height: Int) throws {
        let picture = GeneratedModels.picture(width: width, height: height)
        let found = try segmenter().segment(picture, object: "tile")
        #expect(found.clipMap.size == picture.size && found.fusedMap.size == picture.size)
        #expect(found.mask.size == picture.size && found.omission == nil)
        #expect(found.clipMap.values.allSatisfy { $0 >= 0 && $0 <= 1 })
        #expect(found.fusedMap.values.allSatisfy { $0 >= 0 && $0 <= 1 })
        #expect(!found.prompts.groups.isEmpty && found.cascades.count == found.prompts.groups.count)
        #expect(found.cascades.allSatisfy { !$0.stages.isEmpty })
        for group in found.prompts.groups {
            for point in group.points {
                #expect((0..<width).contains(Int(point.position.x)) && (0..<height).contains(Int(point.position.y)))
            }
        }
        #expect(found.timings.text > 0 && found.timings.map > 0 && found.timings.embedding > 0)
    }

    @Test("the same picture twice, and on one or two threads, gives the same numbers")
    func deterministic() throws {
        let picture = GeneratedModels.picture(width: 96, height: 72)
        let before = ComputeThreads.count
        defer { try? ComputeThreads.set(before) }
        try ComputeThreads.set(2)
        let segmenter = try segmenter()
        let first = try segmenter.segment(picture, object: "tile")
        expectEqual(first, try segmenter.segment(picture, object: "tile"))
        try ComputeThreads.set(1)
        expectEqual(first, try self.segmenter().segment(picture, object: "tile"))
    }

    @Test("an object costs one text pass")
    func textOnce() throws {
        let segmenter = try segmenter()
        let picture = GeneratedModels.picture(width: 40, height: 40)
        #expect(try segmenter.segment(picture, object: "tile").timings.text > 0)
        #expect(try segmenter.segment(picture, object: "tile").timings.text == 0)
        #expect(try segmenter.segment(picture, object: "nut").timings.text > 0)
    }

    @Test("map and embedding made before give the same result")
    func refine() throws {
        let segmenter = try segmenter()
        let picture = GeneratedModels.picture(width: 70, height: 50)
        let map = try segmenter.anomalyMap(picture, object: "tile")
        let embedding = try sam.embed(picture)
        expectEqual(try segmenter.refine(map, embedding: embedding), try segmenter.segment(picture, object: "tile"))
        let single = configuration { $0.cascade.stageCount = 1 }
        let found = try segmenter.refine(map, embedding: embedding, configuration: single)
        #expect(!found.cascades.isEmpty && found.cascades.allSatisfy { $0.stages.count == 1 })
        expectEqual(found, try self.segmenter { $0.cascade.stageCount = 1 }.segment(picture, object: "tile"))
        let error = AnomalySegmentationError.invalidConfiguration(
            field: "promptGate", value: "2.0", expected: "a number from 0.0 to 1.0")
        #expect(throws: error) {
            try segmenter.refine(map, embedding: embedding, configuration: configuration { $0.promptGate = 2 })
        }
    }

    @Test("an embedding made before saves SAM's encoder and changes nothing")
    func embedding() throws {
        let segmenter = try segmenter()
        let picture = GeneratedModels.picture(width: 70, height: 50)
        let found = try segmenter.segment(picture, object: "tile", embedding: sam.embed(picture))
        #expect(found.timings.embedding == 0)
        expectEqual(found, try segmenter.segment(picture, object: "tile"))
        let other = try sam.embed(GeneratedModels.picture(width: 50, height: 70))
        #expect(
            throws: AnomalySegmentationError.pictureSizesDiffer(
                map: ImageSize(width: 70, height: 50), embedding: ImageSize(width: 50, height: 70))
        ) {
            try segmenter.segment(picture, object: "tile", embedding: other)
        }
    }

    @Test("several tasks share one segmenter and get the same bytes as one after the other")
    func tasks() async throws {
        let segmenter = try segmenter()
        let pictures = [(40, 40), (70, 50), (33, 90)].map { GeneratedModels.picture(width: $0, height: $1) }
        let objects = ["tile", "nut"]
        // The synchronous door, on all threads of the tasks at once.
        @Sendable func segment(_ index: Int, by segmenter: AnomalySegmenter) throws -> AnomalyResult {
            try segmenter.segment(pictures[index % 3], object: objects[index / 3 % 2])
        }
        let found = try await withThrowingTaskGroup(of: (Int, AnomalyResult).self) { group in
            for index in 0..<12 { group.addTask { (index, try segment(index, by: segmenter)) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(found.count == 12)
        for (index, result) in found {
            expectEqual(result, try segment(index, by: self.segmenter()))
        }
    }

    @Test("pictures of a pixel, a line and one colour give a defined result", arguments: [(1, 1), (1, 90), (200, 2)])
    func oddPictures(width: Int, height: Int) throws {
        let size = ImageSize(width: width, height: height)
        let found = try segmenter().segment(Image(size: size, filledWith: .white), object: "tile")
        #expect(found.fusedMap.size == size && found.fusedMap.values.allSatisfy(\.isFinite))
        for group in found.prompts.groups {
            #expect(Set(group.points.map(\.position)).count == group.points.count)
        }
    }

    @Test("a name without a visible character is refused")
    func emptyName() throws {
        let segmenter = try segmenter()
        let picture = GeneratedModels.picture(width: 40, height: 40)
        #expect(throws: AnomalySegmentationError.emptyObjectName) { try segmenter.segment(picture, object: " ") }
        #expect(throws: AnomalySegmentationError.emptyObjectName) { try segmenter.anomalyMap(picture, object: "") }
    }

    @Test("a name that makes sentences too long is refused with the first of them")
    func longName() throws {
        let segmenter = try segmenter()
        let picture = GeneratedModels.picture(width: 40, height: 40)
        let name = String(repeating: "word ", count: 300) + "x"
        // Single bytes are the tokens of this vocabulary: start, "a photo of a", the name, full stop, end.
        let error = AnomalySegmentationError.sentenceTooLong("a photo of a \(name).", tokens: 1213, limit: 77)
        #expect(throws: error) { try segmenter.segment(picture, object: name) }
    }

    @Test("below the gate SAM does not run")
    func gate() throws {
        let picture = GeneratedModels.picture(width: 40, height: 40)
        let found = try segmenter { $0.promptGate = 1 }.segment(picture, object: "tile")
        #expect(found.omission == .belowGate && found.mask.isEmpty && found.fusedMap == found.clipMap)
        #expect(found.timings.embedding == 0 && found.timings.cascade == 0)
    }

    @Test("values that do not fit the model or their range are refused at once")
    func unfit() {
        #expect(throws: AnomalySegmentationError.unknownLayer(8, layers: 7)) {
            try segmenter { $0.map.producer = .dense(patches: PatchComparison(layers: [8])) }
        }
        #expect(throws: AnomalySegmentationError.unknownLayer(9, layers: 7)) {
            try segmenter {
                $0.map.producer = .dense(patches: PatchComparison(attention: .valueValue(firstBlock: 9)))
            }
        }
        #expect(throws: AnomalySegmentationError.unusableInputSide(36, patch: 8)) {
            try segmenter { $0.map.inputs = .sides(pixels: [32, 36]) }
        }
        #expect(
            throws: AnomalySegmentationError.invalidConfiguration(
                field: "fusion.temperature", value: "0.0", expected: "a finite number above 0.0")
        ) { try segmenter { $0.fusion.temperature = 0 } }
        #expect(
            throws: AnomalySegmentationError.invalidConfiguration(
                field: "map.producer.patches.layers", value: "-1", expected: "a whole number from 1 to 2147483647")
        ) { try segmenter { $0.map.producer = .dense(patches: PatchComparison(layers: [-1])) } }
    }

    @Test("the grid is the softmax of each layer's patches, averaged")
    func grids() throws {
        let picture = GeneratedModels.picture(width: 50, height: 40)
        let segmenter = try segmenter { $0.map.producer = .dense(patches: PatchComparison(layers: [3, 7])) }
        let vectors = try segmenter.textVectors(for: "tile")
        let grid = try segmenter.anomalyMap(picture, object: "tile").grids[0]
        let pixels = try clip.configuration.preparation(for: picture).expanded(axis: 0)
        // A tower of 7 blocks that was not trained for it: V-V from the second on.
        let features = try clip.denseFeatures(pixels, layers: [3, 7], attention: .valueValue(firstBlock: 2))
        for patch in 0..<16 {
            let expected = features.layers.reduce(Float(0)) { sum, layer in
                let token = layer.projected().element(patch).expanded(axis: 0).l2Normalized().values
                let normal = zip(token, vectors.normal.values).reduce(0) { $0 + $1.0 * $1.1 }
                let abnormal = zip(token, vectors.abnormal.values).reduce(0) { $0 + $1.0 * $1.1 }
                return sum + 1 / (1 + Scene.exponential(-clip.logitScale * (abnormal - normal))) / 2
            }
            #expect(abs(grid.probabilities.values[patch] - expected) < 1e-4)
        }
    }

    @Test("attention follows what the model was trained for")
    func attention() throws {
        let picture = GeneratedModels.picture(width: 32, height: 32)
        func grid(_ trained: Bool, _ attention: PatchComparison.Attention) throws -> [Float] {
            try AnomalySegmenter(
                clip: GeneratedModels.clip(comparesPatchesWithText: trained), sam: sam,
                configuration: configuration {
                    $0.map.producer = .dense(patches: PatchComparison(attention: attention))
                }
            ).anomalyMap(picture, object: "tile").grids[0].probabilities.values
        }
        #expect(try grid(true, .automatic) == grid(true, .ordinary))
        #expect(try grid(false, .automatic) == grid(false, .valueValue()))
        #expect(try grid(false, .ordinary) != grid(false, .valueValue()))
    }

    @Test("several input sizes give one grid each")
    func inputSides() throws {
        let picture = GeneratedModels.picture(width: 50, height: 40)
        let map = try segmenter { $0.map.inputs = .sides(pixels: [32, 64]) }.anomalyMap(picture, object: "tile")
        #expect(map.grids.map(\.probabilities.shape) == [[4, 4], [8, 8]])
        let scaled = try segmenter { $0.map.inputs = .scales(ofModelSide: [0.1, 0.7, 1.4]) }
            .anomalyMap(picture, object: "tile")
        #expect(scaled.grids.map(\.probabilities.shape) == [[1, 1], [3, 3], [6, 6]])
    }
}
