import Imaging
import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite struct PromptErrorTests {
    let picture = ImageSize(width: 90, height: 50)

    @Test("prompts without a meaning are refused, each with its reason")
    func refusals() throws {
        let model = try generatedModel(.tested)
        let embedding = ImageEmbedding(
            features: Tensor(zeros: [32, 16, 16]), frame: ModelFrame(original: picture, side: 64, patch: 4))
        func refusal(_ prompts: Prompt...) -> PromptError? {
            do throws(PromptError) {
                _ = try model.predict(embedding, prompts)
                return nil
            } catch {
                return error
            }
        }
        let point = PromptPoint(ImagePoint(x: 1, y: 1), .positive)
        let outside = ImagePoint(x: 90, y: 1)
        let box = ImageBox(x0: 20, y0: 5, x1: 10, y1: 9)
        #expect(refusal(Prompt()) == .empty)
        #expect(refusal(Prompt(points: [PromptPoint(outside, .negative)])) == .pointOutside(outside, picture: picture))
        #expect(refusal(Prompt(box: box)) == .unusableBox(box, picture: picture))
        #expect(
            refusal(Prompt(maskLogits: Tensor(zeros: [64, 63])))
                == .unexpectedMaskShape(found: [64, 63], expected: [64, 64]))
        #expect(refusal(Prompt(points: [point]), Prompt(points: [point, point])) == .mixedKinds(prompt: 1))
        #expect(refusal(Prompt(points: [point]), Prompt(points: [point])) == nil)
    }

    @Test("an embedding of another model is refused")
    func foreign() throws {
        let model = try generatedModel(.tested)
        let embedding = ImageEmbedding(
            features: Tensor(zeros: [32, 64, 64]), frame: ModelFrame(original: picture, side: 1024, patch: 16))
        #expect(throws: PromptError.foreignEmbedding(found: [32, 64, 64], expected: [32, 16, 16])) {
            try model.predict(embedding, Prompt(box: ImageBox(x0: 0, y0: 0, x1: 5, y1: 5)))
        }
    }

    @Test("masks that are no numbers are refused, of one prompt and of a grid of points")
    func notFinite() throws {
        let name = "mask_decoder.output_hypernetworks_mlps.0.layers.2.weight"
        let weights = GeneratedWeights(samWeightShapes(.tested))
        let damaged = DamagedWeights(weights, name, factor: .greatestFiniteMagnitude)
        let prompt = Prompt(points: [PromptPoint(ImagePoint(x: 1, y: 1), .positive)])
        let image = generatedImage(width: 90, height: 50)
        let model = try SAMModel(configuration: .tested, weights: damaged)
        #expect(throws: PromptError.masksNotFinite) { try model.predict(model.embed(image), prompt) }
        #expect(throws: PromptError.masksNotFinite) {
            try model.predict(model.embed(image), [prompt], observing: ["mask_decoder.masks"])
        }
        let features = Tensor(repeating: .nan, shape: [32, 16, 16])
        let embedding = ImageEmbedding(features: features, frame: try model.frame(of: image))
        #expect(throws: PromptError.masksNotFinite) {
            try SAMModel(configuration: .tested, weights: weights).predict(embedding, prompt)
        }
        #expect(throws: PromptError.masksNotFinite) {
            let sound = try SAMModel(configuration: .tested, weights: weights)
            return try sound.predict(
                sound.embed(image), [prompt], observing: [],
                editing: ["mask_decoder.masks": { Tensor(repeating: .infinity, shape: $0.shape) }])
        }
        let rating = DamagedWeights(weights, "mask_decoder.iou_prediction_head.layers.2.weight") {
            $0.map { $0 * 3e38 }
        }
        let generator = try AutomaticMaskGenerator(SAMModel(configuration: .tested, weights: rating))
        #expect(throws: AutomaticMaskError.prompt(.masksNotFinite)) { try generator.masks(in: image) }
    }

    @Test("each refusal says what is wrong and what to do")
    func sentences() {
        let sentences = [
            PromptError.empty.description: "the prompt is empty: give at least one point, a box or mask logits",
            PromptError.pointOutside(ImagePoint(x: 90, y: 1), picture: picture).description:
                "the point (90.0, 1.0) is not on the picture of 90 x 50 pixels: "
                + "x must be from 0 to below the width, y from 0 to below the height",
            PromptError.unusableBox(ImageBox(x0: 20, y0: 5, x1: 10, y1: 9), picture: picture).description:
                "the box from (20, 5) to (10, 9) holds no pixel of the picture of 90 x 50 pixels: "
                + "give its top left pixel, then its bottom right one",
            PromptError.unusableBox(ImageBox(x0: 20, y0: 5, x1: 90, y1: 9), picture: picture).description:
                "the box from (20, 5) to (90, 9) is not on the picture of 90 x 50 pixels: x goes from 0 to 89, y from 0 "
                + "to 49",
            PromptError.unexpectedMaskShape(found: [64, 63], expected: [64, 64]).description:
                "mask logits of shape [64, 63] do not fit this model: "
                + "pass one of its own low-resolution masks, [64, 64]",
            PromptError.mixedKinds(prompt: 1).description:
                "prompt 1 differs in kind from prompt 0: prompts of one call need the same number of points, and a box and "
                + "mask logits in all or in none; predict the others in a call of their own",
            PromptError.foreignEmbedding(found: [1, 2, 2], expected: [32, 16, 16]).description:
                "the embedding of shape [1, 2, 2] comes from another model: embed the picture with this one "
                + "([32, 16, 16])",
            PromptError.masksNotFinite.description:
                "the masks hold numbers that are infinite or none: the weights are damaged; get them again, or convert "
                + "them anew",
        ]
        for (found, expected) in sentences { #expect(found == expected) }
    }
}
