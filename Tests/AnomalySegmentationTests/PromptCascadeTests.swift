import Imaging
import SegmentAnything
import Tensors
import Testing

@testable import AnomalySegmentation

@Suite("Stages of the cascade")
struct PromptCascadeTests {
    private let size = ImageSize(width: 32, height: 32)
    private var small: Mask { Scene.mask(size, ImageBox(x0: 9, y0: 9, x1: 14, y1: 14)) }
    private var larger: Mask { Scene.mask(size, ImageBox(x0: 8, y0: 8, x1: 15, y1: 16)) }
    private var largest: Mask { Scene.mask(size, ImageBox(x0: 7, y0: 7, x1: 16, y1: 17)) }
    private var whole: Mask { Mask(size: size, repeating: true) }
    private var elsewhere: Mask { Scene.mask(size, ImageBox(x0: 22, y0: 22, x1: 27, y1: 27)) }
    private var nothing: Mask { Mask(size: size) }

    private var group: PromptGroup {
        Scene.group(
            Scene.mask(size, ImageBox(x0: 11, y0: 11, x1: 12, y1: 12)), positives: [(11, 11), (12, 12)],
            negatives: [(20, 11)])
    }

    /// n is 1 in the largest mask, 0.4 elsewhere.
    private var maps: PictureMaps {
        let hot = largest
        let heat = Scene.map(32, 32) { x, y in hot[x: x, y: y] ? 1 : 0.4 }
        return PictureMaps(scores: ScoreRows(heat), heat: ScoreRows(heat))
    }

    private func run(
        _ predictor: ScriptedPredictor,
        _ change: (inout CascadeConfiguration) -> Void = { $0.boxPadding = 0 }
    ) throws -> PromptCascade.Run {
        try PromptCascade(configuration: CascadeConfiguration(change))
            .run(group, Scene.plainEmbedding(side: 32), maps, predictor)
    }

    @Test("points; points and mask; points, mask and box")
    func order() throws {
        let predictor = ScriptedPredictor(.init(small), .init(larger), .init(largest))
        let found = try run(predictor)
        let calls = predictor.calls
        #expect(calls.count == 3)
        let points = [
            PromptPoint(ImagePoint(x: 11, y: 11), .positive), PromptPoint(ImagePoint(x: 12, y: 12), .positive),
            PromptPoint(ImagePoint(x: 20, y: 11), .negative),
        ]
        #expect(calls.allSatisfy { $0.prompt.points == points && $0.masks == .single })
        // No box in the first two, so that SAM appends its padding point there and only there.
        #expect(calls.map(\.prompt.box) == [nil, nil, larger.boundingBox])
        #expect(calls[0].prompt.maskLogits == nil)
        #expect(calls[1].prompt.maskLogits?.values == small.values.map { $0 ? 4 : -4 })
        #expect(calls[2].prompt.maskLogits?.values == larger.values.map { $0 ? 4 : -4 })
        #expect(calls[1].prompt.maskLogits?.shape == [32, 32])
        #expect(found.trace.outcome == .stage(3) && found.trace.mask == largest && found.predictedIoU == 0.9)
        #expect(found.trace.stages.map(\.stage) == [1, 2, 3])
        #expect(found.trace.stages.map(\.hasMaskPrompt) == [false, true, true])
        #expect(found.trace.stages.map(\.area) == [36, 72, 110])
        #expect(found.trace.stages.allSatisfy { $0.rejection == nil })
    }

    @Test("fewer stages where fewer are wanted", arguments: [1, 2])
    func stageCount(count: Int) throws {
        let predictor = ScriptedPredictor(.init(small), .init(larger), .init(largest))
        let found = try run(predictor) { $0.stageCount = count }
        #expect(predictor.calls.count == count && found.trace.outcome == .stage(count))
        #expect(found.trace.mask == (count == 1 ? small : larger))
    }

    @Test("an empty first mask ends it with nothing")
    func emptyFirst() throws {
        let predictor = ScriptedPredictor(.init(nothing))
        let found = try run(predictor)
        #expect(predictor.calls.count == 1)
        #expect(found.trace.outcome == .none && found.trace.mask.isEmpty && found.trace.stages[0].rejection == .empty)
    }

    @Test("an empty second mask leaves the first")
    func emptySecond() throws {
        let predictor = ScriptedPredictor(.init(small), .init(nothing))
        let found = try run(predictor)
        #expect(predictor.calls.count == 2)
        #expect(found.trace.outcome == .stage(1) && found.trace.mask == small)
        #expect(found.trace.stages.map(\.rejection) == [nil, .empty])
    }

    @Test("logits that are not numbers end it like an empty mask")
    func notFinite() throws {
        let broken = MaskPrediction(
            logits: Tensor([Float](repeating: .nan, count: 1024), shape: [1, 32, 32]), predictedIoU: [.nan])
        let predictor = ScriptedPredictor([ScriptedPredictor.Masks(small).prediction, broken])
        let found = try run(predictor)
        #expect(predictor.calls.count == 2 && found.trace.outcome == .stage(1))
        #expect(found.trace.stages[1].rejection == .notFinite)
    }

    @Test("a mask that takes the whole object is rejected, and the one before stands")
    func tooLarge() throws {
        let found = try run(ScriptedPredictor(.init(small), .init(larger), .init(whole)))
        #expect(found.trace.outcome == .stage(2) && found.trace.mask == larger)
        #expect(found.trace.stages[2].rejection == .tooLarge(share: 1))
    }

    @Test("where every mask is rejected the group's own mask stands, or nothing")
    func allRejected() throws {
        let found = try run(ScriptedPredictor(.init(whole)))
        #expect(found.trace.outcome == .groupMask && found.trace.mask == group.mask && found.logits == nil)
        #expect(found.trace.stages.count == 3)
        let none = try run(ScriptedPredictor(.init(whole))) { $0.fallback = .nothing }
        #expect(none.trace.outcome == .none && none.trace.mask.isEmpty)
    }

    @Test("a cold mask is rejected with its mean n")
    func cold() throws {
        let found = try run(ScriptedPredictor(.init(larger), .init(elsewhere))) {
            $0.stageCount = 2
            $0.meanHeatMinimum = 0.5
            $0.requiresPositive = false
        }
        #expect(found.trace.outcome == .stage(1))
        guard case .cold(let mean) = found.trace.stages[1].rejection else {
            Issue.record("rejected for \(String(describing: found.trace.stages[1].rejection))")
            return
        }
        #expect(abs(mean - 0.4) < 1e-6)
    }

    @Test("a mask without a positive is rejected, unless none is required")
    func missesPositives() throws {
        let script = ScriptedPredictor(.init(larger), .init(elsewhere))
        let found = try run(script) { $0.stageCount = 2 }
        #expect(found.trace.stages[1].rejection == .missesPositives && found.trace.outcome == .stage(1))
        let loose = try run(ScriptedPredictor(.init(larger), .init(elsewhere))) {
            $0.cleaning = nil
            $0.stageCount = 2
            $0.requiresPositive = false
        }
        #expect(loose.trace.outcome == .stage(2) && loose.trace.mask == elsewhere)
    }

    @Test("a large group may have a large mask")
    func largeGroup() throws {
        let group = Scene.group(
            Scene.mask(size, ImageBox(x0: 0, y0: 0, x1: 31, y1: 12)), positives: [(11, 11)])
        let maps = maps
        let found = try PromptCascade(configuration: CascadeConfiguration())
            .run(group, Scene.plainEmbedding(side: 32), maps, ScriptedPredictor(.init(whole)))
        #expect(found.trace.outcome == .stage(3) && found.trace.mask == whole)
    }

    @Test("of three masks the map's favourite goes on, or the decoder's")
    func selection() throws {
        let masks = ScriptedPredictor.Masks(whole, largest, elsewhere, predictedIoU: [0.95, 0.7, 0.9])
        let multiple = [true, true, true]
        let byMap = ScriptedPredictor(masks)
        let found = try run(byMap) {
            $0.stageCount = 2
            $0.multimaskByStage = multiple
        }
        #expect(found.trace.mask == largest && found.trace.stages.map(\.chosen) == [1, 1])
        #expect(byMap.calls.allSatisfy { $0.masks == .multiple })
        #expect(byMap.calls[1].prompt.maskLogits?.values == largest.values.map { $0 ? 4 : -4 })
        // Mean n 1 inside, 0.4 in the ring, half of 0.7.
        #expect(abs(found.trace.stages[0].selectionScores[1] - 0.95) < 1e-5)
        let byIoU = try run(ScriptedPredictor(masks)) {
            $0.stageCount = 1
            $0.multimaskByStage = multiple
            $0.selectionRule = .predictedIoU
            $0.areaMaximum = 1
        }
        #expect(byIoU.trace.mask == whole && byIoU.trace.stages[0].selectionScores == [0.95, 0.7, 0.9])
    }

    @Test("SAM gives several masks in the stages that want them")
    func multipleByStage() throws {
        let single = ScriptedPredictor.Masks(small)
        let triple = ScriptedPredictor.Masks(small, larger, largest, predictedIoU: [0.1, 0.2, 0.3])
        let predictor = ScriptedPredictor(single, triple, triple)
        let found = try run(predictor) { $0 = .perSAM }
        #expect(predictor.calls.map(\.masks) == [.single, .multiple, .multiple])
        #expect(found.trace.mask == largest && found.trace.stages.map(\.chosen) == [0, 2, 2])
    }

    @Test("the first of equal scores wins, and a score that is no number loses")
    func bestScore() {
        #expect(CascadeStage.best([0.5, 0.7, 0.7]) == 1)
        #expect(CascadeStage.best([.nan, 0.1, .nan]) == 1)
        #expect(CascadeStage.best([.nan]) == 0)
        #expect(CascadeStage.best([-.infinity, -.infinity]) == 0)
    }
}
