import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite struct FullSizeTests {
    @Test("ViT-B at full size, generated weights: embedding, logits and predicted IoU match the reference")
    func vitB() throws {
        let model = try generatedModel(.vitB)
        let reference = try Reference("vit_b_full")
        let features = model.imageEncoder(generatedPicture(side: 1024), .uncancelled)
        #expect(features.shape == [256, 64, 64])
        let values = features.values
        try reference.expect(
            Tensor(every(53, of: values), shape: [(values.count + 52) / 53]), "embedding", within: 1e-4)
        let channels = (0..<256).map { values[$0 * 4096..<($0 + 1) * 4096] }
        let means = channels.map { Float($0.reduce(0.0) { $0 + Double($1) } / 4096) }
        try reference.expect(Tensor(means, shape: [256]), "embedding_mean", within: 1e-4)
        let largest = channels.map { $0.reduce(0) { max($0, abs($1)) } }
        try reference.expect(Tensor(largest, shape: [256]), "embedding_largest", within: 1e-4)

        var prompt = ModelPrompt(points: [
            (ModelPoint(x: 700.5, y: 200), .positive), (ModelPoint(x: 30, y: 444.25), .negative),
        ])
        func decoded(_ masks: MaskCount, _ name: String) throws -> DecodedMasks {
            let decoded = model.maskDecoder(
                features: features, position: model.promptEncoder.densePosition,
                prompts: model.promptEncoder([prompt]), masks: masks, .uncancelled)
            let logits = every(37, of: decoded.logits.values)
            try reference.expect(Tensor(logits, shape: [logits.count]), "\(name)_logits", within: 1e-3)
            try reference.expect(decoded.predictedIoU.squeezed(axis: 0), "\(name)_iou", within: 1e-3)
            return decoded
        }
        prompt.maskLogits = try decoded(.single, "points").logits.element(0).element(0)
        prompt.box = (ModelPoint(x: 400, y: 50), ModelPoint(x: 800, y: 600))
        _ = try decoded(.multiple, "points_mask_box")
    }

    private func every(_ stride: Int, of values: [Float]) -> [Float] {
        Swift.stride(from: 0, to: values.count, by: stride).map { values[$0] }
    }
}
