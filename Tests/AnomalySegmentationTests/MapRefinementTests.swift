import Imaging
import SegmentAnything
import Tensors
import Testing

@testable import AnomalySegmentation

@Suite("From map and embedding to the result")
struct MapRefinementTests {
    private let size = ImageSize(width: 64, height: 64)

    /// A map that is its own grid.
    private func map(_ scores: ScoreMap, picture: ImageSize? = nil) throws -> AnomalyMap {
        try AnomalyMap(
            grids: [
                GridMap(
                    probabilities: Tensor(scores.values, shape: [scores.size.height, scores.size.width]),
                    clipScore: 0.25)
            ],
            picture: picture ?? scores.size,
            configuration: AnomalyMapConfiguration {
                $0.side = scores.size.width
                $0.smoothing = 0
            })
    }

    private func refine(
        _ map: AnomalyMap, _ predictor: ScriptedPredictor, _ configuration: AnomalyConfiguration = .default
    ) throws -> AnomalyResult {
        try MapRefinement(map, configuration).result(predictor, timings: StageTimings()) {
            _ throws(AnomalySegmentationError) in
            Scene.plainEmbedding(side: 64)
        }
    }

    @Test("a defect comes out as a mask, a raised map and the whole trace")
    func defect() throws {
        let scores = Scene.map(64, 64, Scene.cone(at: 30, 30, slope: 0.08))
        let mask = Scene.mask(size, ImageBox(x0: 26, y0: 26, x1: 34, y1: 34))
        let predictor = ScriptedPredictor(.init(mask))
        let configuration = AnomalyConfiguration { $0.fusion.mode = .blend(maskWeight: 0.5) }
        let found = try refine(map(scores), predictor, configuration)
        #expect(found.mask == mask && found.omission == nil)
        #expect(found.prompts.groups.count == 1 && found.cascades.count == 1)
        #expect(found.cascades[0].outcome == .stage(3) && found.cascades[0].stages.count == 3)
        #expect(found.clipMap == scores && found.clipScore == 0.25)
        let mean = try #require(scores.mean(over: mask))
        #expect(abs(found.cascades[0].confidence - mean.squareRoot() * 0.9) < 1e-5)
        // Outside of the box of the mask half of the map is left; inside, the mask adds its part.
        #expect(found.fusedMap[x: 10, y: 30] == 0.5 * scores[x: 10, y: 30])
        #expect(found.fusedMap[x: 30, y: 30] > 0.5 * scores[x: 30, y: 30] + 0.3)
        #expect(abs(found.score - 0.5 * (0.25 + found.fusedPeak)) < 1e-6)
    }

    @Test("two groups whose masks are one count once")
    func repeatedMask() throws {
        let scores = Scene.map(64, 64) { x, y in
            max(Scene.cone(at: 20, 30, slope: 0.1)(x, y) * 0.9, Scene.cone(at: 44, 30, slope: 0.1)(x, y))
        }
        let mask = Scene.mask(size, ImageBox(x0: 15, y0: 25, x1: 49, y1: 35))
        let found = try refine(map(scores), ScriptedPredictor(.init(mask)))
        #expect(found.cascades.count == 2)
        #expect(found.cascades.map(\.supersededBy) == [nil, 0])
        #expect(found.mask == mask)
    }

    @Test("on a flat map nothing is embedded or predicted: A = S, no mask", arguments: [Float(0), 0.3, 1])
    func flat(value: Float) throws {
        let flat = try map(Scene.map(64, 64) { _, _ in value })
        let predictor = ScriptedPredictor(.init(Mask(size: size, repeating: true)))
        let found = try MapRefinement(flat, .default).result(predictor, timings: StageTimings()) { _ in
            Issue.record("an embedding was made")
            return Scene.plainEmbedding(side: 64)
        }
        #expect(predictor.calls.isEmpty && found.omission == .flatMap)
        #expect(found.mask.isEmpty && found.fusedMap == flat.pictureMap && found.cascades.isEmpty)
        #expect(found.prompts.groups.isEmpty && found.prompts.threshold == nil)
    }

    @Test("a map below the gate need not be refined", arguments: [(0, false), (0.21, true), (0.19, false)])
    func gate(gate: Float, isBelow: Bool) throws {
        let faint = try map(Scene.map(64, 64) { x, y in 0.2 * Scene.cone(at: 30, 30, slope: 0.08)(x, y) })
        #expect(
            try MapRefinement(faint, AnomalyConfiguration { $0.promptGate = gate }).omission
                == (isBelow ? .belowGate : nil))
    }

    @Test("no region above the cut: A = S, no mask, and the cut is reported")
    func noGroups() throws {
        let configuration = AnomalyConfiguration {
            $0.points.normalization = .none
            $0.points.threshold = .fixed(heat: 0.9)
        }
        let faint = try map(Scene.map(64, 64) { x, _ in Float(x) / 100 })
        let found = try refine(faint, ScriptedPredictor(.init(Mask(size: size))), configuration)
        #expect(found.omission == .noGroups && found.prompts.threshold?.coverage == 0)
        #expect(found.fusedMap == faint.pictureMap)
    }

    @Test("map and embedding of different pictures are refused")
    func otherPicture() throws {
        let other = try map(Scene.map(64, 64) { x, _ in Float(x) / 100 }, picture: ImageSize(width: 9, height: 7))
        #expect(
            throws: AnomalySegmentationError.pictureSizesDiffer(
                map: ImageSize(width: 9, height: 7), embedding: size)
        ) { try refine(other, ScriptedPredictor(.init(Mask(size: size)))) }
    }

    @Test("a map with a value that is not finite is refused with its place", arguments: [Float.nan, .infinity])
    func notFinite(value: Float) throws {
        let broken = try map(Scene.map(64, 64) { x, y in x == 3 && y == 4 ? value : 0.5 })
        #expect(throws: AnomalySegmentationError.mapNotFinite(x: 3, y: 4)) { try MapRefinement(broken, .default) }
    }

    @Test("timings add up by stage")
    func timings() {
        var timings = StageTimings()
        let answer = timings.measure(\.cascade) { 42 }
        #expect(answer == 42 && timings.cascade > 0 && timings.points == 0 && timings.total == timings.cascade)
    }
}
