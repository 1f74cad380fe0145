import Imaging
import SegmentAnything
import Tensors
import Testing

@testable import AnomalySegmentation

@Suite("The cascade's order of questions")
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
        return PictureMaps(scores: heat, heat: heat)
    }

    private func run(
        _ predictor: ScriptedPredictor, _ configuration: CascadeConfiguration = .init(boxPadding: 0)
    ) throws -> PromptCascade.Run {
        try PromptCascade(configuration: configuration)
            .run(group, Scene.plainEmbedding(side: 32), maps, predictor)
    }

    @Test("points; points and mask; points, mask and box")
    func order() throws {
        let predictor = ScriptedPredictor(.init(small), .init(larger), .init(largest))
        let found = try run(predictor)
        let asked = predictor.questions
        #expect(asked.count == 3)
        let points = [
            PromptPoint(ImagePoint(x: 11, y: 11), .positive), PromptPoint(ImagePoint(x: 12, y: 12), .positive),
            PromptPoint(ImagePoint(x: 20, y: 11), .negative),
        ]
        #expect(asked.allSatisfy { $0.prompt.points == points && $0.masks == .single })
        // No box in the first two, so that SAM appends its padding point there and only there.
        #expect(asked.map(\.prompt.box) == [nil, nil, larger.boundingBox])
        #expect(asked[0].prompt.maskLogits == nil)
        #expect(asked[1].prompt.maskLogits?.values == small.values.map { $0 ? 4 : -4 })
        #expect(asked[2].prompt.maskLogits?.values == larger.values.map { $0 ? 4 : -4 })
        #expect(asked[1].prompt.maskLogits?.shape == [32, 32])
        #expect(found.outcome == .stage(3) && found.mask == largest && found.predictedIoU == 0.9)
        #expect(found.stages.map(\.stage) == [1, 2, 3])
        #expect(found.stages.map(\.hasMaskPrompt) == [false, true, true])
        #expect(found.stages.map(\.area) == [36, 72, 110])
        #expect(found.stages.allSatisfy { $0.rejection == nil })
    }

    @Test("fewer questions where fewer are wanted", arguments: [1, 2])
    func stageCount(count: Int) throws {
        let predictor = ScriptedPredictor(.init(small), .init(larger), .init(largest))
        let found = try run(predictor, CascadeConfiguration(stageCount: count))
        #expect(predictor.questions.count == count && found.outcome == .stage(count))
        #expect(found.mask == (count == 1 ? small : larger))
    }

    @Test("an empty first mask ends it with nothing")
    func emptyFirst() throws {
        let predictor = ScriptedPredictor(.init(nothing))
        let found = try run(predictor)
        #expect(predictor.questions.count == 1)
        #expect(found.outcome == .none && found.mask.isEmpty && found.stages[0].rejection == .empty)
    }

    @Test("an empty second mask leaves the first")
    func emptySecond() throws {
        let predictor = ScriptedPredictor(.init(small), .init(nothing))
        let found = try run(predictor)
        #expect(predictor.questions.count == 2)
        #expect(found.outcome == .stage(1) && found.mask == small)
        #expect(found.stages.map(\.rejection) == [nil, .empty])
    }

    @Test("logits that are not numbers end it like an empty mask")
    func notFinite() throws {
        let broken = MaskPrediction(
            logits: Tensor([Float](repeating: .nan, count: 1024), shape: [1, 32, 32]), predictedIoU: [.nan])
        let predictor = ScriptedPredictor([ScriptedPredictor.Answer(small).prediction, broken])
        let found = try run(predictor)
        #expect(predictor.questions.count == 2 && found.outcome == .stage(1))
        #expect(found.stages[1].rejection == .notFinite)
    }

    @Test("a mask that takes the whole object is rejected, and the one before stands")
    func tooLarge() throws {
        let found = try run(ScriptedPredictor(.init(small), .init(larger), .init(whole)))
        #expect(found.outcome == .stage(2) && found.mask == larger)
        #expect(found.stages[2].rejection == .tooLarge(share: 1))
    }

    @Test("where every mask is rejected the group's own mask stands, or nothing")
    func allRejected() throws {
        let found = try run(ScriptedPredictor(.init(whole)))
        #expect(found.outcome == .groupMask && found.mask == group.mask && found.logits == nil)
        #expect(found.stages.count == 3)
        let none = try run(ScriptedPredictor(.init(whole)), CascadeConfiguration(fallback: .nothing))
        #expect(none.outcome == .none && none.mask.isEmpty)
    }

    @Test("a cold mask is rejected with its mean n")
    func cold() throws {
        let found = try run(
            ScriptedPredictor(.init(larger), .init(elsewhere)),
            CascadeConfiguration(stageCount: 2, meanHeatMinimum: 0.5, requiresPositive: false))
        #expect(found.outcome == .stage(1))
        guard case .cold(let mean) = found.stages[1].rejection else {
            Issue.record("rejected for \(String(describing: found.stages[1].rejection))")
            return
        }
        #expect(abs(mean - 0.4) < 1e-6)
    }

    @Test("a mask without a positive is rejected, unless none is required")
    func missesPositives() throws {
        let script = ScriptedPredictor(.init(larger), .init(elsewhere))
        let found = try run(script, CascadeConfiguration(stageCount: 2))
        #expect(found.stages[1].rejection == .missesPositives && found.outcome == .stage(1))
        let loose = try run(
            ScriptedPredictor(.init(larger), .init(elsewhere)),
            CascadeConfiguration(stageCount: 2, requiresPositive: false, cleans: false))
        #expect(loose.outcome == .stage(2) && loose.mask == elsewhere)
    }

    @Test("a large group may have a large mask")
    func largeGroup() throws {
        let group = Scene.group(
            Scene.mask(size, ImageBox(x0: 0, y0: 0, x1: 31, y1: 12)), positives: [(11, 11)])
        let maps = maps
        let found = try PromptCascade(configuration: CascadeConfiguration())
            .run(group, Scene.plainEmbedding(side: 32), maps, ScriptedPredictor(.init(whole)))
        #expect(found.outcome == .stage(3) && found.mask == whole)
    }

    @Test("of three masks the map's favourite goes on, or the decoder's")
    func selection() throws {
        let answer = ScriptedPredictor.Answer(whole, largest, elsewhere, predictedIoU: [0.95, 0.7, 0.9])
        let multiple = [true, true, true]
        let byMap = ScriptedPredictor(answer)
        let found = try run(byMap, CascadeConfiguration(stageCount: 2, asksForMultipleMasks: multiple))
        #expect(found.mask == largest && found.stages.map(\.chosen) == [1, 1])
        #expect(byMap.questions.allSatisfy { $0.masks == .multiple })
        #expect(byMap.questions[1].prompt.maskLogits?.values == largest.values.map { $0 ? 4 : -4 })
        // Mean n 1 inside, 0.4 in the ring, half of 0.7.
        #expect(abs(found.stages[0].selectionScores[1] - 0.95) < 1e-5)
        let byIoU = try run(
            ScriptedPredictor(answer),
            CascadeConfiguration(
                stageCount: 1, asksForMultipleMasks: multiple, selectionRule: .predictedIoU, areaMaximum: 1))
        #expect(byIoU.mask == whole && byIoU.stages[0].selectionScores == [0.95, 0.7, 0.9])
    }

    @Test("several masks are asked for in the stages that want them")
    func multipleByStage() throws {
        let single = ScriptedPredictor.Answer(small)
        let triple = ScriptedPredictor.Answer(small, larger, largest, predictedIoU: [0.1, 0.2, 0.3])
        let predictor = ScriptedPredictor(single, triple, triple)
        let found = try run(predictor, .perSAM)
        #expect(predictor.questions.map(\.masks) == [.single, .multiple, .multiple])
        #expect(found.mask == largest && found.stages.map(\.chosen) == [0, 2, 2])
    }

    @Test("the first of equal scores wins, and a score that is no number loses")
    func bestScore() {
        #expect(CascadeStage.best([0.5, 0.7, 0.7]) == 1)
        #expect(CascadeStage.best([.nan, 0.1, .nan]) == 1)
        #expect(CascadeStage.best([.nan]) == 0)
        #expect(CascadeStage.best([-.infinity, -.infinity]) == 0)
    }
}
