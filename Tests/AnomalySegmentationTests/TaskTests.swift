import CLIP
import Imaging
import SegmentAnything
import Tensors
import TestSupport
import Testing

@testable import AnomalySegmentation

@Suite("Segmenting in tasks, and cancelled")
struct TaskTests {
    private static let picture = GeneratedModels.picture(width: 48, height: 80)

    private func makeSegmenter(_ producer: AnomalyMapConfiguration.Producer? = nil) throws -> AnomalySegmenter {
        var configuration = AnomalyConfiguration()
        configuration.text.table = PromptTable(
            name: "short", normalStates: ["{}"], abnormalStates: ["{} with flaw"], templates: ["a photo of a {}."])
        configuration.map.inputs = .scales(ofModelSide: [1, 2])
        configuration.map.side = 64
        if let producer { configuration.map.producer = producer }
        return try AnomalySegmenter(
            clip: GeneratedModels.clip(), sam: GeneratedModels.sam(), configuration: configuration)
    }

    private func expectEqual(_ found: AnomalyResult, _ expected: AnomalyResult) {
        #expect(found.clipMap == expected.clipMap && found.fusedMap == expected.fusedMap)
        #expect(found.mask == expected.mask && found.score == expected.score)
        #expect(
            found.cascades.flatMap(\.stages).map(\.logits.values)
                == expected.cascades.flatMap(\.stages).map(\.logits.values))
    }

    @Test("the async doors go through the queue and give the same bits")
    func equal() async throws {
        let segmenter = try makeSegmenter()
        let tiling = Tiling(side: 60, overlap: 20)
        func synchronous() throws -> (AnomalyResult, TiledAnomalyResult) {
            (
                try segmenter.segment(Self.picture, object: "tile"),
                try segmenter.segment(Self.picture, object: "tile", tiling: tiling)
            )
        }
        let (whole, tiled) = try synchronous()
        expectEqual(try await segmenter.segment(Self.picture, object: "tile"), whole)
        let found = try await segmenter.segment(Self.picture, object: "tile", tiling: tiling)
        #expect(found.fusedMap == tiled.fusedMap && found.mask == tiled.mask && found.score == tiled.score)
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await segmenter.segment(Self.picture, object: "tile") }
        }
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await segmenter.segment(Self.picture, object: "tile", tiling: tiling) }
        }
        await #expect(throws: AnomalySegmentationError.emptyObjectName) {
            try await segmenter.segment(Self.picture, object: " ")
        }
    }

    @Test("cancelled at whichever step, it ends there, and the next request gives the same bits")
    func cancelled() throws {
        let expected = try makeSegmenter().segment(Self.picture, object: "tile")
        #expect(!expected.cascades.isEmpty)
        let counter = StepCounter()
        expectEqual(try counter.run { try makeSegmenter().segment(Self.picture, object: "tile") }, expected)
        // Both texts at once, two sizes of the picture through seven blocks, SAM's encoder, and its decoder for each stage.
        let stages = expected.cascades.reduce(0) { $0 + $1.stages.count }
        let steps = counter.steps
        #expect(steps == 3 + 2 * (1 + 7) + 4 + stages)
        // One segmenter for all: whatever a cancelled request leaves in its memory of texts would show.
        let segmenter = try makeSegmenter()
        for step in 0..<steps {
            let error = #expect(throws: AnomalySegmentationError.self) {
                try counter.run(cancellingAt: step) { try segmenter.segment(Self.picture, object: "tile \(step)") }
            }
            #expect([.clip(.cancelled), .sam(.cancelled), .prompt(.cancelled)].contains(error), "step \(step)")
            #expect(counter.steps == step + 1)
        }
        expectEqual(try segmenter.segment(Self.picture, object: "tile"), expected)
        // A name whose first request was cancelled in the middle of its sentences.
        expectEqual(
            try segmenter.segment(Self.picture, object: "tile 2"),
            try makeSegmenter().segment(Self.picture, object: "tile 2"))
    }

    @Test("the task of a request is cancelled while it is computed: CancellationError, and nothing is left behind")
    func task() async throws {
        let segmenter = try makeSegmenter()
        func synchronous() throws -> AnomalyResult { try segmenter.segment(Self.picture, object: "tile") }
        let expected = try synchronous()
        for milliseconds in 0..<12 {
            let task = Task { try await segmenter.segment(Self.picture, object: "tile") }
            try await Task.sleep(for: .milliseconds(milliseconds))
            task.cancel()
            // It may have been done before.
            do {
                expectEqual(try await task.value, expected)
            } catch {
                #expect(error is CancellationError)
            }
        }
        expectEqual(try await segmenter.segment(Self.picture, object: "tile"), expected)
    }
}
