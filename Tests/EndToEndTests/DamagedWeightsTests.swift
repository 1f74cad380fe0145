import Checkpoints
import Foundation
import SmallWeights
import TestSupport
import Testing

/// Weights whose names and shapes are right and whose numbers are not.
@Suite("weights that are no numbers")
struct DamagedWeightsTests {
    struct Damage: Sendable, CustomTestStringConvertible {
        var isCLIP: Bool
        var tensor: String
        var value: Float
        var precision: SafetensorsWriter.Precision = .float32

        var testDescription: String { "\(value) in \(tensor), \(precision)" }
    }

    static let damages = [
        Damage(isCLIP: true, tensor: "visual.proj", value: .nan),
        Damage(isCLIP: true, tensor: "text_projection", value: .infinity, precision: .float16),
        Damage(isCLIP: false, tensor: "image_encoder.neck.0.weight", value: -.infinity),
        Damage(isCLIP: false, tensor: "mask_decoder.iou_token.weight", value: .nan, precision: .float16),
    ]

    /// The small weights with one element changed, beside a picture.
    private func command(_ damage: Damage) throws -> Command {
        let command = try Command()
        let source = try Checkpoint.open(damage.isCLIP ? SmallWeights().clip : SmallWeights().sam)
        try SafetensorsWriter.write(
            DamagedWeights(source, damage.tensor, element: damage.value), metadata: source.metadata,
            to: command.folder.appendingPathComponent("damaged.safetensors").path,
            precision: { _ in damage.precision })
        try command.write(SamplePictures.png(), to: "a.png")
        return command
    }

    @Test("every command refuses them with 4 and names the file and the tensor", arguments: damages)
    func refused(_ damage: Damage) throws {
        let command = try command(damage)
        let merges = try ["--merges", SmallWeights().merges, "--clip", "damaged.safetensors"]
        let segment = ["segment", "a.png", "--object", "plate", "--output", "out"]
        let commands =
            damage.isCLIP
            ? [
                ["classify", "a.png", "--labels", "a,b"] + merges, ["embed", "a.png", "--output", "a.npy"] + merges,
                ["embed", "--text", "a", "--output", "a.npy"] + merges, segment + merges, ["doctor"] + merges,
            ]
            : [
                ["mask", "a.png", "--point", "9,9", "--output", "out", "--sam", "damaged.safetensors"],
                ["masks", "a.png", "--output", "out", "--sam", "damaged.safetensors"],
                ["embed", "a.png", "--sam", "--sam-weights", "damaged.safetensors", "--output", "a.safetensors"],
                segment + ["--sam", "damaged.safetensors"], ["doctor", "--sam", "damaged.safetensors"],
            ]
        for arguments in commands + [["weights", "verify", "damaged.safetensors"]] {
            let outcome = try command.run(arguments)
            #expect(outcome.status == 4, "\(arguments): \(outcome.errors)")
            let told = outcome.errors + (arguments[0] == "doctor" ? outcome.output : "")
            #expect(told.contains("damaged.safetensors") && told.contains(damage.tensor), "\(arguments): \(told)")
            #expect(!outcome.output.contains("sound") && !outcome.output.contains("All is well"), "\(outcome.output)")
        }
        let inspected = try command.run(["weights", "inspect", "damaged.safetensors"])
        #expect(inspected.output.contains("\(damage.tensor) holds 1 number that is infinite or none"))
        #expect(command.files(under: ".").filter { !$0.hasPrefix(".standard") } == ["a.png", "damaged.safetensors"])
    }

    @Test("finite weights whose products are not numbers never give -nan, nor blame the disk")
    func overflow() throws {
        let command = try Command()
        try command.write(SamplePictures.png(), to: "a.png")
        func write(_ path: String, _ tensor: String) throws {
            let source = try Checkpoint.open(path)
            let damaged = DamagedWeights(source, tensor, factor: .greatestFiniteMagnitude)
            try SafetensorsWriter.write(
                damaged, metadata: source.metadata, to: command.folder.appendingPathComponent("over.safetensors").path)
        }
        let clip = try ["--merges", SmallWeights().merges, "--clip", "over.safetensors"]
        try write(SmallWeights().clip, "visual.proj")
        for more in [[], ["--json"]] {
            let outcome = try command.run(["classify", "a.png", "--labels", "a,b"] + clip + more)
            #expect(outcome.status == 3, "\(outcome.errors)")
            #expect(outcome.errors.contains("a.png: the image tower gives"), "\(outcome.errors)")
            #expect(!outcome.output.contains("nan"))
        }
        try write(SmallWeights().clip, "text_projection")
        for arguments in [
            ["classify", "a.png", "--labels", "a,b"], ["embed", "--text", "a", "--output", "a.npy"],
            ["segment", "a.png", "--object", "plate", "--output", "out"],
        ] {
            let outcome = try command.run(arguments + clip)
            #expect(outcome.status == 4, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains("over.safetensors: the "), "\(outcome.errors)")
        }
        try write(SmallWeights().sam, "image_encoder.neck.2.weight")
        for arguments in [["mask", "a.png", "--point", "9,9"], ["masks", "a.png", "--points-per-side", "2"]] {
            let outcome = try command.run(arguments + ["--output", "out", "--sam", "over.safetensors"])
            #expect(outcome.status == 4, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains("over.safetensors: the masks hold numbers"), "\(outcome.errors)")
        }
        #expect(command.files(under: "out").isEmpty)
    }
}
