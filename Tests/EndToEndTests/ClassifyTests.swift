import CLIP
import Checkpoints
import Foundation
import JSONText
import SmallWeights
import Tensors
import Testing

@Suite("vitrine classify")
struct ClassifyTests {
    /// What the library gives for the sample plate, the likeliest label first.
    private func expected(
        _ labels: [String], templates: [String] = ZeroShotClassifier.defaultTemplates,
        resizing: CLIPConfiguration.Resizing? = nil
    ) throws -> [JSONValue] {
        let small = try SmallWeights()
        let clip = try CLIPModel(
            weights: Checkpoint.open(small.clip), merges: Data(contentsOf: URL(fileURLWithPath: small.merges)))
        let classifier = try ZeroShotClassifier(clip, labels: labels, templates: templates)
        var preparation = clip.configuration
        if let resizing { preparation.resizing = resizing }
        let pixels = try preparation.wholePicturePreparation(for: SamplePictures.plate()).expanded(axis: 0)
        let probabilities = try classifier.probabilities(images: try clip.encodeImage(pixels)).values
        return zip(labels, probabilities).sorted { $0.1 > $1.1 }.map { label, probability in
            // As the command writes it: the shortest digits of single precision.
            .object(["label": .text(label), "probability": .number(Double("\(probability)") ?? .nan)])
        }
    }

    @Test("probabilities are those of the library, each with its label, the likeliest first")
    func probabilities() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let templates = ["a photo of a {}.", "a {} on a table"]
        try command.write(JSONEncoder().encode(templates), to: "templates.json")
        let outcome = try command.run([
            "classify", "a.png", "--labels", "plate, broken plate,leather", "--templates", "templates.json", "--json",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let labels = try #require(JSONValue(outcome.output)["labels"]?.asList)
        #expect(labels == (try expected(["plate", "broken plate", "leather"], templates: templates)))
        #expect(abs(labels.reduce(0) { $0 + ($1["probability"]?.asNumber ?? 9) } - 1) < 1e-5)
    }

    @Test(
        "a picture is cropped or squashed as asked",
        arguments: [CLIPConfiguration.Resizing.shortestSideAndCrop, .squash])
    func resizing(_ resizing: CLIPConfiguration.Resizing) throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let outcome = try command.run([
            "classify", "a.png", "--labels", "plate,leather", "--json", "--resize", resizing.rawValue,
        ])
        #expect(
            try JSONValue(outcome.output)["labels"]?.asList == expected(["plate", "leather"], resizing: resizing))
    }

    @Test("a file of labels may have commas in them")
    func labelsFile() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        try command.write(Data("\u{FEFF}plate, broken\r\n\r\n leather\n".utf8), to: "labels.txt")
        let outcome = try command.run(["classify", "a.png", "--labels-file", "labels.txt", "--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try JSONValue(outcome.output)["labels"]?.asList == expected(["plate, broken", "leather"]))
    }

    @Test("labels that the weights cannot tell apart are named on standard error and in the record")
    func indistinct() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        let labels = "screw,damaged metal,nut,washer"
        let outcome = try command.run(["classify", "a.png", "--labels", labels, "--top", "1", "--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.errors
                == "vitrine: these weights cannot tell \"screw\", \"nut\" and \"washer\" apart: for every picture "
                + "their probabilities are nearly equal; use labels that differ more, or weights that know them (--labels, "
                + "--clip)\n")
        let record = try JSONValue(outcome.output)
        #expect(record["indistinctLabels"] == .list([.list(["screw", "nut", "washer"].map(JSONValue.text))]))
        // The example of the documentation is one that can.
        let distinct = try command.run(["classify", "a.png", "--labels", "damaged metal,perfect metal", "--json"])
        #expect(distinct.errors.isEmpty, "\(distinct.errors)")
        let likeliest = try #require(JSONValue(distinct.output)["labels"]?.asList?.first)
        #expect(likeliest["label"] == .text("damaged metal") && likeliest["probability"]?.asNumber ?? 0 > 0.8)
        #expect(try JSONValue(distinct.output)["indistinctLabels"] == nil)
    }

    @Test("a bad picture is told and the good ones go on")
    func badPicture() throws {
        let command = try Command()
        try command.write(Data("x".utf8), to: "in/bad.png")
        try command.write(SamplePictures.png(), to: "in/good.png")
        let outcome = try command.run(["classify", "in", "--labels", "plate,leather", "--top", "1"])
        #expect(outcome.status == 3)
        let likeliest = try expected(["plate", "leather"])[0]["label"]?.asText ?? "?"
        #expect(outcome.output.hasPrefix("in/good.png: \(likeliest) 0."), "\(outcome.output)")
        #expect(outcome.output.split(separator: "\n").count == 1)
        #expect(outcome.errors.contains("bad.png"))
    }

    @Test(
        "labels and templates that cannot be meant are refused",
        arguments: [
            (["--labels", " , "], 2, "--labels"), (["--labels", "a,a"], 2, "twice"),
            (["--labels", "a", "--template", "no place"], 2, "{}"),
            (["--labels", "a", "--templates", "a.png"], 4, "no text in UTF-8"),
            ([], 2, "--labels-file"), (["--labels", "a", "--labels-file", "labels"], 2, "--labels-file"),
            (["--labels-file", "twice"], 4, "twice holds the label \"a, b\" twice"),
            (["--labels-file", "empty"], 4, "empty is empty"), (["--labels-file", "none"], 4, "cannot read none"),
            (["--labels-file", "latin1"], 4, "latin1, line 2, column 3"),
            (["--labels", "a", "--top", "0"], 2, "--top"),
        ])
    func refused(_ arguments: [String], _ status: Int32, _ says: String) throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        try command.write(Data("a, b\nc\n a, b\n".utf8), to: "twice")
        try command.write(Data("\n \n".utf8), to: "empty")
        try command.write(Data("a\nn\u{E9}".utf8.map { $0 == 0xC3 ? 0x20 : $0 }), to: "latin1")
        let outcome = try command.run(["classify", "a.png"] + arguments)
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
    }
}
