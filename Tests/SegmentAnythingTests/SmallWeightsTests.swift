import Checkpoints
import Foundation
import Imaging
import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite struct SmallWeightsTests {
    @Test(
        "a ViT in another precision gives nearly the same embedding, and the embedding's key says so; MobileSAM has one",
        arguments: [(Precision.bf16, Float(0.0125)), (.int8, 0.0195)])
    func rounded(_ precision: Precision, most: Float) throws {
        let weights = GeneratedWeights(samWeightShapes(.tested))
        func model(_ precision: Precision) throws -> SAMModel {
            try SAMModel(configuration: .tested, weights: weights, precision: precision)
        }
        let (full, rounded) = (try model(.full), try model(precision))
        #expect(full.precision == .full && rounded.precision == precision)
        if case .vit(let encoder) = rounded.imageEncoder {
            let attention = encoder.blocks[0].attention
            #expect(attention.projection.weight.precision == precision)
            #expect(attention.output.weight.precision == (precision == .int8 ? .full : precision))
        }
        let embeddings = [full, rounded].map { $0.imageEncoder(generatedPicture(side: 64), .uncancelled) }
        #expect(!isIdentical(embeddings[0], embeddings[1]))
        let rows = embeddings.map {
            $0.reshaped(to: [$0.shape[0], $0.shape[1] * $0.shape[2]]).transposed().l2Normalized()
        }
        // Of unit length, so that a distance is an angle. Limits are little above what was seen, so that a bit less of each
        // number fails.
        let squares = ((rows[0] - rows[1]) * (rows[0] - rows[1])).sum().values
        #expect(squares.allSatisfy { $0 < most * most }, "\(squares.max()?.squareRoot() ?? 0)")
        let picture = Image(size: ImageSize(width: 8, height: 8), pixels: Array(repeating: 9, count: 192))
        let fingerprint = try full.imageEncoderFingerprint()
        let keys = try [full, rounded].map { try ImageEmbeddingKey($0, weights: fingerprint, picture: picture) }
        #expect(keys[0] != keys[1])
        let path = Fixture.packageRoot.appendingPathComponent("Weights/small/sam.safetensors").path
        #expect(try SAMModel(weights: Checkpoint.open(path), precision: precision).precision == .full)
    }

    @Test("the shipped small model, read off its own file, predicts as the model it was exported from")
    func parity() throws {
        let path = Fixture.packageRoot.appendingPathComponent("Weights/small/sam.safetensors").path
        let weights = try Checkpoint.open(path)
        let configuration = try SAMConfiguration.detect(from: weights)
        let model = try SAMModel(configuration: configuration, weights: weights)
        let reference = try Reference("small/sam_reference")

        let features = model.imageEncoder(generatedPicture(side: configuration.side), .uncancelled)
        try reference.expect(features.slice(0..<8), "embedding_channels")
        var prompt = ModelPrompt(points: [(ModelPoint(x: 100, y: 140), .positive)])
        // The reference holds mask 0 and every mask's predicted IoU, so both are compared.
        func expect(_ logits: String, _ quality: String) throws -> Tensor {
            func decoded(_ masks: MaskCount) -> DecodedMasks {
                model.maskDecoder(
                    features: features, position: model.promptEncoder.densePosition,
                    prompts: model.promptEncoder([prompt]), masks: masks, .uncancelled)
            }
            let single = decoded(.single)
            let all = Tensor.concatenated([single.predictedIoU, decoded(.multiple).predictedIoU], axis: 1)
            try reference.expect(single.logits, logits, within: 1e-3)
            try reference.expect(all, quality, within: 1e-3)
            return single.logits.element(0).element(0)
        }
        prompt.maskLogits = try expect("point_logits", "point_iou")
        prompt.box = (ModelPoint(x: 60, y: 90), ModelPoint(x: 170, y: 200))
        _ = try expect("cascade_logits", "cascade_iou")
    }
}
