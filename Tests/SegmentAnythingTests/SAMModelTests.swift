import Imaging
import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite struct SAMModelTests {
    @Test("a picture is scaled, normalised and padded as the reference does", arguments: pictureSizes)
    func preparation(_ height: Int, _ width: Int) throws {
        let prepared = try generatedModel(.tested).prepare(generatedImage(width: width, height: height))
        #expect(prepared.shape == [3, 64, 64])
        let values = prepared.values
        let sampled = (0..<3).flatMap { channel in
            stride(from: 0, to: 64, by: 3).flatMap { row in
                stride(from: 0, to: 64, by: 2).map { values[(channel * 64 + row) * 64 + $0] }
            }
        }
        try Reference("frames_preparation").expect(Tensor(sampled, shape: [3, 22, 32]), "\(height)x\(width)")
    }

    @Test("logits come to the picture's size as in the reference, and are as stable", arguments: pictureSizes)
    func upscaling(_ height: Int, _ width: Int) throws {
        let reference = try Reference("frames_upscaling")
        let frame = ModelFrame(original: ImageSize(width: width, height: height), side: 64, patch: 4)
        let logits = frame.upscaledLogits(generatedTensor("logits", [64, 64]) * 6)
        try reference.expect(Tensor(logits.values, shape: [height, width]), "\(height)x\(width)", within: 1e-5)
        let stability = MaskPostprocessing.stabilityScore(logits)
        try reference.expect(Tensor([stability], shape: [1]), "\(height)x\(width)_stability", within: 1e-6)
    }

    @Test("points, then with their mask, then with a box, on a picture: as the reference's predictor gives")
    func cascade() throws {
        let model = try generatedModel(.tested)
        let reference = try Reference("frames_cascade")
        let embedding = try model.embed(generatedImage(width: 90, height: 50))
        #expect(embedding.validRows == 9 && embedding.validColumns == 16)
        var prompt = Prompt(points: [
            PromptPoint(ImagePoint(x: 70.5, y: 20), .positive), PromptPoint(ImagePoint(x: 3, y: 44.25), .negative),
        ])
        func expect(_ prediction: MaskPrediction, _ name: String) throws {
            try reference.expect(prediction.logits, "\(name)_logits", within: 1e-3)
            let quality = Tensor(prediction.predictedIoU, shape: [prediction.predictedIoU.count])
            try reference.expect(quality, "\(name)_iou", within: 1e-3)
            let upscaled = embedding.frame.upscaledLogits(prediction.logits.element(0))
            try reference.expect(Tensor(upscaled.values, shape: [1, 50, 90]), "\(name)_upscaled", within: 1e-3)
        }
        let first = try model.predict(embedding, prompt)
        try expect(first, "points")
        prompt.maskLogits = first.logits.element(0)
        let second = try model.predict(embedding, prompt)
        try expect(second, "points_mask")
        prompt.maskLogits = second.logits.element(0)
        prompt.box = ImageBox(x0: 40, y0: 5, x1: 80, y1: 49)
        try expect(try model.predict(embedding, prompt, masks: .multiple), "points_mask_box")
    }

    @Test("a mask becomes logits over the model's square: 10 inside, -10 outside and in the padding, between at edges")
    func maskPrompt() throws {
        let model = try generatedModel(.tested)
        func columns(of size: ImageSize, inside count: Int) throws -> Tensor {
            let values = (0..<size.width * size.height).map { $0 % size.width < count }
            return try model.maskPrompt(Mask(size: size, values: values))
        }
        let exact = try columns(of: ImageSize(width: 64, height: 32), inside: 20)
        #expect(exact.shape == [64, 64])
        #expect((0..<64 * 64).allSatisfy { exact[$0 / 64, $0 % 64] == ($0 / 64 < 32 && $0 % 64 < 20 ? 10 : -10) })
        let shrunk = try columns(of: ImageSize(width: 128, height: 64), inside: 41)
        #expect(shrunk[5, 10] == 10 && shrunk[5, 40] == -10 && shrunk[40, 10] == -10)
        #expect(abs(shrunk[5, 20]) < 10)
    }

    @Test("prompts predicted together get the masks of one call each")
    func batch() throws {
        let model = try generatedModel(.tested)
        let embedding = try model.embed(generatedImage(width: 90, height: 50))
        let prompts = [(10.0, 10.0), (80, 40), (45, 25)].map { x, y in
            Prompt(points: [PromptPoint(ImagePoint(x: x, y: y), .positive)])
        }
        let together = try model.predict(embedding, prompts, masks: .multiple)
        #expect(together.count == 3)
        for (prompt, prediction) in zip(prompts, together) {
            let alone = try model.predict(embedding, prompt, masks: .multiple)
            let largest = zip(alone.logits.values, prediction.logits.values).map { abs($0 - $1) }.max() ?? 0
            let magnitude = alone.logits.values.map { abs($0) }.max() ?? 0
            #expect(largest <= 1e-5 * magnitude)
        }
        #expect(try model.predict(embedding, []).isEmpty)
    }

    static let pictureSizes = [(50, 90), (90, 37), (31, 31), (1, 77), (64, 64)]
}
