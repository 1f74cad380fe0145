import Imaging
import Testing

@testable import AnomalySegmentation

@Suite("Final map")
struct MaskFusionTests {
    private let size = ImageSize(width: 8, height: 4)
    private var mask: Mask { Scene.mask(size, ImageBox(x0: 2, y0: 1, x1: 3, y1: 2)) }
    private var scores: ScoreMap { Scene.map(8, 4) { x, y in Float(8 * y + x + 1) / 40 } }

    private func run(_ mask: Mask, _ logits: ScoreMap?, iou: Float? = 0.8) -> PromptCascade.Run {
        PromptCascade.Run(
            trace: CascadeTrace(stages: [], outcome: .stage(3), mask: MaskRows(mask)),
            logits: logits.map { ScoreRows($0) }, predictedIoU: iou)
    }

    private func fused(_ configuration: FusionConfiguration, _ parts: [MaskFusion.Part]) -> ScoreMap {
        MaskFusion(configuration: configuration).fused(ScoreRows(scores), parts)
    }

    private var part: MaskFusion.Part {
        MaskFusion.Part(
            mask: MaskRows(mask),
            probability: ScoreRows(Scene.map(8, 4) { x, y in mask[x: x, y: y] ? 0.75 : 0 }), confidence: 0.4)
    }

    @Test("the blend weighs map and mask, and keeps the order outside of masks")
    func blend() {
        let found = fused(FusionConfiguration { $0.mode = .blend(maskWeight: 0.3) }, [part])
        for index in 0..<size.pixelCount {
            let expected = 0.7 * scores.values[index] + (mask.values[index] ? 0.3 * 0.4 * 0.75 : 0)
            #expect(abs(found.values[index] - expected) < 1e-6)
        }
        let outside = (0..<size.pixelCount).filter { !mask.values[$0] }
        for (left, right) in zip(outside, outside.dropFirst()) { #expect(found.values[left] < found.values[right]) }
    }

    @Test("of several masks the largest share counts")
    func severalMasks() {
        let weaker = MaskFusion.Part(
            mask: MaskRows(mask), probability: ScoreRows(ScoreMap(size: size, repeating: 1)), confidence: 0.1)
        let found = fused(FusionConfiguration { $0.mode = .blend(maskWeight: 1) }, [weaker, part])
        #expect(found.values == mask.values.map { $0 ? 0.4 * 0.75 : 0.1 })
    }

    @Test("the gate multiplies, and leaves the map alone without a mask")
    func gate() {
        #expect(
            fused(FusionConfiguration { $0.mode = .gate }, [part]).values
                == zip(scores.values, mask.values).map { $1 ? $0 : 0 })
        #expect(fused(FusionConfiguration { $0.mode = .gate }, []) == scores)
    }

    @Test("the soft gate lowers the map outside of masks, the more the surer SAM is of one, and raises it on them")
    func softGate() {
        var (doubted, trusted) = (part, part)
        doubted.trust = 0.2
        trusted.trust = 0.6
        for weight in [0, 0.2] as [Float] {
            let configuration = FusionConfiguration { $0.mode = .softGate(floor: 0.25, maskWeight: weight) }
            let found = fused(configuration, [doubted, trusted])
            for index in 0..<size.pixelCount {
                let probability: Float = mask.values[index] ? 0.75 : 0
                let gated = scores.values[index] * (1 - 0.75 * 0.6 * (1 - probability))
                let expected = (1 - weight) * gated + weight * 0.4 * probability
                #expect(abs(found.values[index] - expected) < 1e-6)
            }
            #expect(fused(configuration, []) == scores.map { (1 - weight) * $0 })
        }
    }

    @Test("the mask alone has its confidence, the map alone is the map")
    func maskAndClip() {
        #expect(fused(FusionConfiguration { $0.mode = .mask }, [part]).values == mask.values.map { $0 ? 0.4 : 0 })
        #expect(fused(FusionConfiguration { $0.mode = .clip }, [part]) == scores)
    }

    @Test("P is the sigmoid inside of the grown box, 0 beyond and where cleaning took pixels away")
    func probability() {
        // One pixel of logits above 0 was cleaned away, one below 0 was filled.
        let logits = Scene.map(8, 4) { x, y in
            if x == 2 && y == 1 { return -1 }
            if x == 4 && y == 1 { return 2 }
            return mask[x: x, y: y] ? 2 : -2
        }
        let fusion = MaskFusion(
            configuration: FusionConfiguration {
                $0.temperature = 2
                $0.boxPadding = 0.5
            })
        let found = fusion.probability(of: run(mask, logits)).map
        func sigmoid(_ value: Float) -> Float { 1 / (1 + Scene.exponential(-value)) }
        for y in 0..<4 {
            for x in 0..<8 {
                let expected: Float =
                    if !(1...4).contains(x) {
                        0
                    } else if x == 2 && y == 1 {
                        0.5
                    } else if x == 4 && y == 1 {
                        0
                    } else {
                        mask[x: x, y: y] ? sigmoid(1) : sigmoid(-1)
                    }
                #expect(abs(found[x: x, y: y] - expected) < 1e-6, "(\(x), \(y))")
            }
        }
        let own = fusion.probability(of: run(mask, nil))
        #expect(own.map.values == mask.values.map { $0 ? 1 : 0 })
        #expect(fusion.probability(of: run(Mask(size: size), logits)).map.values.allSatisfy { $0 == 0 })
    }

    @Test("c mixes mean and peak by their weight, and the predicted IoU")
    func confidence() {
        let group = Scene.group(mask, positives: [(2, 1)], peak: 0.64)
        let flat = ScoreMap(size: size, repeating: 0.25)
        func confidence(_ configuration: FusionConfiguration, iou: Float?) -> Float {
            MaskFusion(configuration: configuration).confidence(
                of: run(mask, nil, iou: iou), group: group, scores: ScoreRows(flat))
        }
        #expect(abs(confidence(FusionConfiguration { $0.usesPredictedIoU = false }, iou: 0.1) - 0.4) < 1e-6)
        #expect(
            abs(
                confidence(
                    FusionConfiguration {
                        $0.peakWeight = 0
                        $0.usesPredictedIoU = false
                    }, iou: 0.1) - 0.25) < 1e-6)
        #expect(abs(confidence(FusionConfiguration { $0.peakWeight = 1 }, iou: 1.5) - 0.64) < 1e-6)
        #expect(abs(confidence(FusionConfiguration(), iou: 0.5) - 0.2) < 1e-6)
        #expect(abs(confidence(FusionConfiguration(), iou: nil) - 0.2) < 1e-6)
        #expect(confidence(FusionConfiguration(), iou: .nan) == 0)
    }

    @Test("of two masks that are nearly one the more confident stands")
    func superseded() {
        let fusion = MaskFusion(configuration: FusionConfiguration { $0.overlapMaximum = 0.8 })
        let wide = Scene.mask(size, ImageBox(x0: 0, y0: 0, x1: 7, y1: 3))
        let nearly = wide.subtracting(Scene.mask(size, ImageBox(x0: 0, y0: 0, x1: 0, y1: 3)))
        func superseded(_ confidences: Float...) -> [Int?] {
            var cascades = zip([wide, nearly, mask, Mask(size: size)], confidences).map {
                var trace = CascadeTrace(stages: [], outcome: .stage(3), mask: MaskRows($0))
                trace.confidence = $1
                return trace
            }
            fusion.markSuperseded(&cascades)
            return cascades.map(\.supersededBy)
        }
        #expect(superseded(0.3, 0.5, 0.1, 0) == [1, nil, nil, nil])
        #expect(superseded(0.5, 0.5, 0.1, 0) == [nil, 0, nil, nil])
    }
}
