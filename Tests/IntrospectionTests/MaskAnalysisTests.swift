import AnomalySegmentation
import CLIP
import Checkpoints
import Foundation
import Imaging
import NeuralNetwork
import SegmentAnything
import SmallWeights
import Tensors
import TestSupport
import Testing

@testable import Introspection

@Suite("SAM's masks, looked into")
struct MaskAnalysisTests {
    /// The model and a picture with its embedding, which are made once for all tests.
    private struct Scene {
        let sam: SAMModel
        let picture: Image
        let embedding: ImageEmbedding

        init() throws {
            sam = try SAMModel(weights: Checkpoint.open(SmallWeights().sam))
            // A grey plate, wider than high, with a dark disc.
            let size = ImageSize(width: 96, height: 72)
            let pixels = (0..<size.pixelCount).flatMap { index -> [UInt8] in
                let (x, y) = (index % 96 - 62, index / 96 - 40)
                return Array(repeating: x * x + y * y < 150 ? 40 : UInt8(150 + index % 7), count: 3)
            }
            picture = Image(size: size, pixels: pixels)
            embedding = try sam.embed(picture)
        }
    }
    private static let scene = Result { try Scene() }

    private let sam: SAMModel
    private let embedding: ImageEmbedding
    private let picture: Image
    private let prompt = Prompt(
        points: [
            PromptPoint(ImagePoint(x: 62, y: 40), .positive), PromptPoint(ImagePoint(x: 10, y: 12), .negative),
            PromptPoint(ImagePoint(x: 20, y: 60), .negative),
        ])

    init() throws {
        let scene = try Self.scene.get()
        (sam, picture, embedding) = (scene.sam, scene.picture, scene.embedding)
    }

    @Test("tokens look at the picture: each row sums to 1, and rows follow their points")
    func attention() throws {
        let found = try PromptAttention(of: prompt, on: embedding, in: sam)
        #expect(
            found.tokens
                == [.iou, .mask(0), .mask(1), .mask(2), .mask(3), .point(0), .point(1), .point(2), .padding])
        #expect(
            found.layers.map(\.name)
                == [
                    "mask_decoder.transformer.layers.0.cross_attn_token_to_image",
                    "mask_decoder.transformer.layers.1.cross_attn_token_to_image",
                    "mask_decoder.transformer.final_attn_token_to_image",
                ])
        let grid = sam.configuration.grid
        for layer in found.layers {
            #expect(layer.weights.shape == [layer.weights.shape[0], 9, grid, grid])
            for sum in layer.weights.reshaped(to: [-1, grid * grid]).sum().values { #expect(abs(sum - 1) < 1e-4) }
        }
        var swapped = prompt
        swapped.points.swapAt(0, 2)
        let other = try PromptAttention(of: swapped, on: embedding, in: sam)
        let frame = embedding.frame
        let (first, last) = (
            found.map(of: .point(0), layer: 2, frame: frame), other.map(of: .point(2), layer: 2, frame: frame)
        )
        #expect(try compare(#require(first), #require(last)).relative < 1e-4)
        #expect(first?.shape == [embedding.validRows, embedding.validColumns])
        #expect(found.map(of: .corner(0), layer: 0, frame: frame) == nil)
        #expect(found.map(of: .iou, layer: 3, frame: frame) == nil)
        let weights = found.layers[1].weights
        let mean = (0..<weights.shape[0]).reduce(Float(0)) { $0 + weights[$1, 3, 2, 4] } / Float(weights.shape[0])
        #expect(abs((found.map(of: .mask(2), layer: 1, frame: frame)?[2, 4] ?? .nan) - mean) < 1e-6)
    }

    @Test("a box has corners in place of the padding")
    func corners() throws {
        let box = Prompt(box: ImageBox(x0: 50, y0: 28, x1: 74, y1: 52))
        let found = try PromptAttention(of: box, on: embedding, in: sam)
        #expect(found.tokens.suffix(2) == [.corner(0), .corner(1)] && found.layers[0].weights.shape[1] == 7)
        #expect(throws: IntrospectionError.prompt(.empty)) { try PromptAttention(of: Prompt(), on: embedding, in: sam) }
    }

    @Test("the effect of a point is the difference to the prompt without it")
    func pointEffects() throws {
        var prompt = prompt
        prompt.box = ImageBox(x0: 40, y0: 20, x1: 84, y1: 60)
        let found = try PromptEffects(of: prompt, on: embedding, in: sam)
        #expect(found.effects.map(\.part) == [.point(0), .point(1), .point(2), .box])
        func mask(_ prompt: Prompt) throws -> (Mask, MaskPrediction) {
            let prediction = try sam.predict(embedding, prompt)
            return (
                MaskPostprocessing.mask(embedding.frame.upscaledLogits(prediction.logits.element(0))), prediction
            )
        }
        let (whole, all) = try mask(prompt)
        #expect(found.whole.area == whole.area && found.whole.predictedIoU == all.predictedIoU[0])
        var rest = [prompt, prompt, prompt, prompt]
        for index in 0..<3 { rest[index].points.remove(at: index) }
        rest[3].box = nil
        for (effect, rest) in zip(found.effects, rest) {
            let (other, prediction) = try mask(rest)
            #expect(effect.area == other.area && effect.predictedIoU == prediction.predictedIoU[0])
            #expect(effect.iou == whole.intersectionOverUnion(with: other) ?? 1)
            let changes = zip(all.logits.values, prediction.logits.values).map { Double($0) - Double($1) }
            #expect(abs(Double(effect.meanLogitChange) - changes.reduce(0, +) / Double(changes.count)) < 1e-4)
        }
        #expect(Set(found.effects.map(\.meanLogitChange)).count == 4)
        let single = try PromptEffects(of: Prompt(points: [prompt.points[0]]), on: embedding, in: sam)
        #expect(single.effects.isEmpty && single.whole.area > 0)
        #expect(try JSONDecoder().decode(PromptEffects.self, from: JSONEncoder().encode(found)) == found)
        #expect(throws: IntrospectionError.prompt(.empty)) { try PromptEffects(of: Prompt(), on: embedding, in: sam) }
    }

    @Test("stages of a cascade: their prompts give their logits again, and their masks are compared")
    func stageEffects() throws {
        let small = try SmallWeights()
        let clip = try CLIPModel(
            weights: Checkpoint.open(small.clip), merges: Data(contentsOf: URL(fileURLWithPath: small.merges)))
        let segmenter = try AnomalySegmenter(clip: clip, sam: sam)
        let result = try segmenter.segment(picture, object: "plate", embedding: embedding)
        let trace = try #require(result.cascades.first)
        #expect(trace.stages.count == 3)
        let found = StageEffects(of: trace, frame: embedding.frame)
        var previous: Mask?
        for (stage, measured) in zip(trace.stages, found.stages) {
            let prompt = try #require(trace.prompt(ofStage: stage.stage))
            let isMultiple = stage.predictedIoU.count > 1
            let again = try sam.predict(embedding, prompt, masks: isMultiple ? .multiple : .single)
            #expect(again.logits.values == stage.logits.values)
            let mask = MaskPostprocessing.mask(embedding.frame.upscaledLogits(stage.logits.element(stage.chosen)))
            #expect(measured.stage == stage.stage && measured.area == stage.area && measured.area == mask.area)
            #expect(measured.predictedIoU == stage.predictedIoU[stage.chosen])
            #expect(measured.iouWithPrevious == previous.flatMap { $0.intersectionOverUnion(with: mask) })
            #expect(measured.iouWithFinal == mask.intersectionOverUnion(with: trace.mask))
            previous = mask
        }
        #expect(trace.prompt(ofStage: 4) == nil && trace.prompt(ofStage: 2)?.maskLogits != nil)
    }
}
