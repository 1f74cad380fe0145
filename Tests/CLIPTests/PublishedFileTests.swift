import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import CLIP

/// Files that the reference libraries saved in their published formats, opened as they are. Bounds are shares of the
/// largest magnitude.
@Suite(.serialized) struct PublishedFileTests {
    private static func isMade(_ name: String) -> Bool {
        LargeFixture.isPresent("clip/\(name)", file: "answers.safetensors")
    }

    private static let vocabulary = Result { try ReferenceModel.vocabulary(count: 49_408) }

    @Test(
        "OpenAI's ViT-B/32 as TorchScript with fp16 weights opens as it is and agrees with the library",
        .enabled(if: isMade("openai_base32"), "make the file with Tools/fixtures/clip_published.py openai_base32"))
    func openAIBase32() throws {
        try expectAnswers("openai_base32", file: "model.pt", .base32, .torchScript, within: 1e-3)
    }

    @Test(
        "OpenAI's ViT-B/16 as TorchScript with fp16 weights opens as it is and agrees with the library",
        .enabled(if: isMade("openai_base16"), "make the file with Tools/fixtures/clip_published.py openai_base16"))
    func openAIBase16() throws {
        try expectAnswers("openai_base16", file: "model.pt", .base16, .torchScript, within: 1e-3)
    }

    @Test(
        "OpenAI's ViT-L/14 as TorchScript with fp16 weights opens as it is and agrees with the library",
        .enabled(if: isMade("openai_large14"), "make the file with Tools/fixtures/clip_published.py openai_large14"))
    func openAILarge14() throws {
        try expectAnswers("openai_large14", file: "model.pt", .large14, .torchScript, within: 1e-3)
    }

    @Test(
        "OpenAI's ViT-L/14@336 as TorchScript with fp16 weights opens as it is and agrees with the library",
        .enabled(
            if: isMade("openai_large14_336"), "make the file with Tools/fixtures/clip_published.py openai_large14_336"))
    func openAILarge14336() throws {
        try expectAnswers("openai_large14_336", file: "model.pt", .large14At336, .torchScript, within: 1e-3)
    }

    @Test(
        "open_clip's ViT-B-16-plus-240 as its training saves it opens as it is and agrees with the library",
        .enabled(
            if: isMade("open_clip_base16_plus_240"),
            "make the file with Tools/fixtures/clip_published.py open_clip_base16_plus_240"))
    func openCLIPBase16Plus240() throws {
        try expectAnswers("open_clip_base16_plus_240", file: "model.pt", .base16Plus240, .pyTorchArchive, within: 1e-4)
    }

    @Test(
        "open_clip's ViT-B/16 as a folder with safetensors and open_clip_config.json opens as it is and agrees with the library",
        .enabled(if: isMade("open_clip_base16"), "make the file with Tools/fixtures/clip_published.py open_clip_base16")
    )
    func openCLIPBase16() throws {
        try expectAnswers("open_clip_base16", file: "", .base16, .safetensors, activation: .gelu, within: 1e-4)
    }

    @Test(
        "transformers' ViT-B/32 as a folder opens as it is and agrees with the library",
        .enabled(
            if: isMade("hugging_face_base32"), "make the file with Tools/fixtures/clip_published.py hugging_face_base32"
        ))
    func huggingFaceBase32() throws {
        try expectAnswers("hugging_face_base32", file: "", .base32, .safetensors, within: 1e-4)
    }

    @Test(
        "transformers' ViT-L/14 as a folder with the weights in several files opens as it is and agrees with the library",
        .enabled(
            if: isMade("hugging_face_large14"),
            "make the file with Tools/fixtures/clip_published.py hugging_face_large14"))
    func huggingFaceLarge14() throws {
        try expectAnswers("hugging_face_large14", file: "", .large14, .shardedSafetensors, within: 1e-4)
    }

    @Test(
        "transformers' ViT-L/14@336 as a folder with fp16 weights opens as it is and agrees with the library",
        .enabled(
            if: isMade("hugging_face_large14_336"),
            "make the file with Tools/fixtures/clip_published.py hugging_face_large14_336"))
    func huggingFaceLarge14336() throws {
        try expectAnswers("hugging_face_large14_336", file: "", .large14At336, .safetensors, within: 1e-3)
    }

    private func expectAnswers(
        _ name: String, file: String, _ expected: CLIPConfiguration, _ container: CheckpointContainer,
        activation: CLIPConfiguration.Activation? = nil, within bound: Double
    ) throws {
        let folder = LargeFixture.url("clip/\(name)")
        let checkpoint = try Checkpoint.open(file.isEmpty ? folder.path : folder.appendingPathComponent(file).path)
        #expect(checkpoint.container == container)
        let detected = try DetectedCLIP(checkpoint)
        var configuration = expected
        if let activation { configuration.activation = activation }
        #expect(detected.configuration == configuration)
        #expect(detected.decisions.filter(\.isGuess).isEmpty)
        let model = try CLIPModel(
            detected, tokenizer: CLIPTokenizer(vocabulary: Self.vocabulary.get()))
        let side = configuration.imageSize
        let texts = [
            [49406, 320, 1125, 539, 320, 2368, 49407], [49406, 49407],
            [49406] + (1..<76).map { 7919 * $0 % 49406 } + [49407],
        ]
        let answers = try Checkpoint.open(folder.appendingPathComponent("answers.safetensors").path)
        var report = name
        for (actual, part) in [
            (try model.encodeImage(GeneratedWeights.input([2, 3, side, side])), "image"),
            (try model.encode(tokens: texts), "text"),
        ] {
            let difference = compare(actual, try answers.load(part))
            #expect(difference.relative <= bound, "\(name), \(part): \(difference)")
            report += ", \(part) \(difference.relative)"
        }
        print(report)
    }
}
