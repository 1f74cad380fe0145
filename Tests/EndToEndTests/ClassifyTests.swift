import CLIP
import Checkpoints
import Foundation
import SmallWeights
import Tensors
import Testing

@Suite("vitrine classify")
struct ClassifyTests {
    private struct Line: Decodable {
        struct Label: Decodable {
            var label: String
            var probability: Float
        }

        var picture: String
        var labels: [Label]
    }

    @Test("probabilities are those of the library, the likeliest label first")
    func probabilities() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        try command.write(Data(#"["a photo of a {}.", "a {} on a table"]"#.utf8), to: "templates.json")
        let outcome = try command.run([
            "classify", "a.png", "--labels", "plate, broken plate,leather", "--templates", "templates.json", "--json",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let line = try JSONDecoder().decode(Line.self, from: Data(outcome.output.utf8))
        let small = try SmallWeights()
        let clip = try CLIPModel(
            weights: Checkpoint.open(small.clip), merges: Data(contentsOf: URL(fileURLWithPath: small.merges)))
        let classifier = try ZeroShotClassifier(
            clip, labels: ["plate", "broken plate", "leather"], templates: ["a photo of a {}.", "a {} on a table"])
        let pixels = clip.configuration.preparation(for: SamplePictures.plate()).expanded(axis: 0)
        let expected = classifier.probabilities(images: try clip.encodeImage(pixels)).values
        #expect(line.labels.map(\.probability) == expected.sorted(by: >))
        #expect(Set(line.labels.map(\.label)) == ["plate", "broken plate", "leather"])
        #expect(abs(line.labels.reduce(0) { $0 + $1.probability } - 1) < 1e-5)
    }

    @Test("a picture is cropped or squashed as asked")
    func resizing() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let small = try SmallWeights()
        let clip = try CLIPModel(
            weights: Checkpoint.open(small.clip), merges: Data(contentsOf: URL(fileURLWithPath: small.merges)))
        let classifier = try ZeroShotClassifier(clip, labels: ["plate", "leather"])
        for resizing in [CLIPConfiguration.Resizing.shortestSideAndCrop, .squash] {
            let outcome = try command.run([
                "classify", "a.png", "--labels", "plate,leather", "--json", "--resize", resizing.rawValue,
            ])
            var preparation = clip.configuration
            preparation.resizing = resizing
            let pixels = preparation.wholePicturePreparation(for: SamplePictures.plate()).expanded(axis: 0)
            let expected = classifier.probabilities(images: try clip.encodeImage(pixels)).values
            let line = try JSONDecoder().decode(Line.self, from: Data(outcome.output.utf8))
            #expect(line.labels.map(\.probability) == expected.sorted(by: >), "\(resizing)")
        }
    }

    @Test("a bad picture is told and the good ones go on")
    func badPicture() throws {
        let command = try Command()
        try command.write(Data("x".utf8), to: "in/bad.png")
        try command.write(SamplePictures.png(), to: "in/good.png")
        let outcome = try command.run(["classify", "in", "--labels", "plate,leather", "--top", "1"])
        #expect(outcome.status == 3)
        #expect(outcome.output.split(separator: "\n").count == 1)
        #expect(outcome.errors.contains("bad.png"))
    }

    @Test(
        "labels and templates that cannot be meant are refused",
        arguments: [
            (["--labels", " , "], 2, "--labels"), (["--labels", "a,a"], 2, "twice"),
            (["--labels", "a", "--template", "no place"], 2, "{}"),
            (["--labels", "a", "--templates", "a.png"], 4, "list of sentences"),
            (["--labels", "a", "--top", "0"], 2, "--top"),
        ])
    func refused(_ arguments: [String], _ status: Int32, _ says: String) throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let outcome = try command.run(["classify", "a.png"] + arguments)
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
    }
}
