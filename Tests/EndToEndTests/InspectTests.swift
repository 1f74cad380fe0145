import CLIP
import Checkpoints
import Foundation
import ImageCodecs
import Imaging
import JSONText
import NeuralNetwork
import SegmentAnything
import SmallWeights
import Tensors
import Testing

@Suite("vitrine inspect")
struct InspectTests {
    private static let block = "visual.transformer.resblocks.1"
    private let command: Command

    init() throws {
        command = try Command()
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 20)), to: "a.png")
    }

    private func inspect(_ arguments: [String], status: Int32 = 0) throws -> Command.Outcome {
        let outcome = try command.run(["inspect"] + arguments)
        #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
        return outcome
    }

    private func path(_ name: String) -> String { command.folder.appendingPathComponent(name).path }

    private func clip() throws -> (model: CLIPModel, pixels: Tensor) {
        let small = try SmallWeights()
        let model = try CLIPModel(
            weights: Checkpoint.open(small.clip), merges: Data(contentsOf: URL(fileURLWithPath: small.merges)))
        let pixels = try model.configuration.wholePicturePreparation(for: SamplePictures.plate(holeRadius: 20))
        return (model, pixels.expanded(axis: 0))
    }

    // MARK: Lists

    @Test("the list is what the library lists, and a pattern shortens it")
    func list() throws {
        let (model, pixels) = try clip()
        let listed = try model.imageActivations(for: pixels.shape).map(\.description)
        #expect(try inspect(["a.png", "--list"]).output.split(separator: "\n").map(String.init) == listed)
        let both = try inspect(["a.png", "--text", "a plate", "--list", "--tap", "*resblocks.0.attn.weights", "--json"])
        let names = try JSONValue(both.output)["activations"]?.asList?.compactMap { $0["name"]?.asText }
        #expect(names == ["visual.transformer.resblocks.0.attn.weights", "transformer.resblocks.0.attn.weights"])
        let sam = try SAMModel(weights: Checkpoint.open(SmallWeights().sam))
        let prompt = Prompt(points: [PromptPoint(ImagePoint(x: 3, y: 4), .positive)])
        #expect(
            try inspect(["a.png", "--model", "sam", "--point", "3,4", "--list"]).output
                .split(separator: "\n").map(String.init)
                == (sam.imageActivations + sam.promptActivations(for: [prompt])).map(\.description))
        let method = try inspect(["a.png", "--model", "method", "--object", "plate", "--list"]).output
        #expect(method.hasPrefix("map.inputs.0") && method.contains("\ngroups.0.ring ["))
    }

    // MARK: Tensors

    @Test("a file holds what the library hands over, a folder the same one by one")
    func tensors() throws {
        let (model, pixels) = try clip()
        let tap = "\(Self.block).attn.*s"
        let seen = try model.encodeImage(pixels, observing: [tap]).activations
        #expect(seen.count == 3)
        _ = try inspect(["a.png", "--tap", tap, "--output", "o.safetensors"])
        let file = try Checkpoint.open(path("o.safetensors"))
        #expect(Set(file.names) == Set(seen.keys))
        for (name, tensor) in seen { #expect(try file.load(name).values == tensor.values) }
        let record = try JSONValue(try #require(file.metadata["vitrine.record"]))
        #expect(record["kind"]?.asText == "inspect" && record["activations"]?.asList?.count == 3)
        // Run again, both replace what is theirs.
        for _ in 0..<2 {
            _ = try inspect(["a.png", "--tap", tap, "--output", "o.safetensors"])
            _ = try inspect(["a.png", "--tap", tap, "--output", "out"])
        }
        let result = try command.json("out/a.png.inspect/result.json")
        for entry in try #require(result["activations"]?.asList) {
            let name = try #require(entry["name"]?.asText)
            let array = try NPYReader.read(path("out/a.png.inspect/\(try #require(entry["file"]?.asText))"))
            #expect(array.values == seen[name]?.values && array.shape == seen[name]?.shape.dimensions)
        }
        _ = try inspect(["--text", "a plate", "--text", "a hole", "--tap", "text_projection", "--output", "t.npy"])
        #expect(
            try NPYReader.read(path("t.npy")).values
                == model.encodeText(["a plate", "a hole"], observing: ["text_projection"]).output.values)
    }

    @Test("SAM's encoder and decoder together, and the method")
    func otherModels() throws {
        let sam = try SAMModel(weights: Checkpoint.open(SmallWeights().sam))
        let taps = ["image_encoder.layers.1.blocks.0.attn.gathered", "mask_decoder.iou_prediction_head"]
        let outcome = try inspect(
            ["a.png", "--model", "sam", "--point", "106,60", "--output", "s.safetensors", "--json"]
                + taps.flatMap { ["--tap", $0] })
        let file = try Checkpoint.open(path("s.safetensors"))
        let embedded = try sam.embed(SamplePictures.plate(holeRadius: 20), observing: [taps[0]])
        #expect(try file.load(taps[0]).values == embedded[taps[0]]?.values)
        let prompt = Prompt(points: [PromptPoint(ImagePoint(x: 106, y: 60), .positive)])
        let masks = try sam.predict(embedded.output, [prompt], masks: .multiple, observing: [taps[1]])
        #expect(try file.load(taps[1]).values == masks[taps[1]]?.values)
        let told = try JSONValue(outcome.output)["masks"]?.asList?.compactMap { $0["predictedIoU"]?.asNumber }
        #expect(told?.map { Float($0) } == masks.output[0].predictedIoU)
        let method = try inspect(
            ["a.png", "--model", "method", "--object", "plate", "--tap", "groups.*.ring", "--output", "m.safetensors"])
        let rings = try Checkpoint.open(path("m.safetensors")).names
        #expect(rings.contains("groups.0.ring") && method.output.hasPrefix("score "))
        // Groups that the picture does not have are told, not written.
        #expect(rings.count < 3 ? method.errors.contains("this picture has no groups.\(rings.count).ring") : true)
    }

    // MARK: Edits

    @Test("zero, the mean, a part and a file stand in for an activation")
    func edits() throws {
        let (model, pixels) = try clip()
        let name = "\(Self.block).attn.gathered"
        func said(_ more: [String]) throws -> [Double] {
            let outcome = try inspect(["a.png", "--text", "a plate", "--text", "a broken plate", "--json"] + more)
            return try JSONValue(outcome.output)["texts"]?.asList?.compactMap { $0["similarity"]?.asNumber } ?? []
        }
        let texts = try model.encodeText(["a plate", "a broken plate"], observing: []).output
        func expected(_ edit: @escaping (Tensor) -> Tensor) throws -> [Double] {
            let image = try model.encodeImage(pixels, observing: [], editing: [name: edit]).output
            return image.l2Normalized(epsilon: 1e-12).matrixProduct(
                texts.l2Normalized(epsilon: 1e-12), transposingOther: true
            ).values.map(Double.init)
        }
        func isNear(_ left: [Double], _ right: [Double]) -> Bool {
            left.count == 2 && right.count == 2 && zip(left, right).allSatisfy { abs($0 - $1) < 1e-5 }
        }
        let plain = try said([])
        #expect(isNear(plain, try expected { $0 }))
        let zeroed = try said(["--edit", "\(name)=zero"])
        #expect(isNear(zeroed, try expected { Tensor(zeros: $0.shape) }) && !isNear(zeroed, plain))
        let head = try said(["--edit", "\(name)[0,1]=zero"])
        #expect(isNear(head, try expected { $0 * Tensor([1, 0, 1], shape: [1, 3, 1, 1]) }) && !isNear(head, plain))
        let heads = try said(["--edit", "\(name)[0,1]=zero", "--edit", "\(name)[0,0]=zero"])
        #expect(isNear(heads, try expected { $0 * Tensor([0, 0, 1], shape: [1, 3, 1, 1]) }) && !isNear(heads, head))
        let mean = try said(["--edit", "\(name)=mean"])
        #expect(isNear(mean, try expected { Tensor(zeros: $0.shape) + $0.mean(axis: 2, keepsAxis: true) }))
        // Another picture's activation, by either kind of file; a part of it alone.
        try command.write(SamplePictures.png(SamplePictures.plate(holeRadius: 0)), to: "b.png")
        for file in ["b.safetensors", "b.npy"] {
            _ = try inspect(["b.png", "--tap", name, "--output", file])
            let other = try #require(
                try model.encodeImage(
                    model.configuration.wholePicturePreparation(for: SamplePictures.plate(holeRadius: 0)).expanded(
                        axis: 0),
                    observing: [name])[name])
            #expect(isNear(try said(["--edit", "\(name)=\(file)"]), try expected { _ in other }))
            let part = try said(["--edit", "\(name)[0,2]=\(file)"])
            #expect(
                isNear(
                    part,
                    try expected { own in
                        let keep = Tensor([1, 1, 0], shape: [1, 3, 1, 1])
                        return own * keep + other * (1 - keep)
                    }))
        }
    }

    // MARK: Refusals

    @Test("what cannot be meant is refused before a model runs, with the nearest name or the right shape")
    func refused() throws {
        _ = try inspect(["a.png", "--tap", "visual", "--output", "v.npy"])
        try command.write(SamplePictures.png(), to: "b.png")
        for (arguments, says) in [
            ([], "name a picture, or texts (--text)"),
            (["--model", "sam", "--list"], "name a picture"),
            (["a.png"], "--list, or --tap and --output"),
            (["a.png", "--tap", "visual"], "written to --output"),
            (["a.png", "--output", "x.npy"], "written to --output"),
            (["a.png", "--list", "--output", "x.npy"], "--list computes nothing"),
            (["a.png", "--model", "method", "--list"], "--object goes with --model method"),
            (["a.png", "--point", "1,2", "--list"], "go with --model sam"),
            (["a.png", "--model", "sam", "--text", "a", "--list"], "go with --model clip"),
            (["a.png", "b.png", "--list"], "one picture at a time"),
            (["a.png", "--text", " ", "--list"], "--text is empty"),
            (["a.png", "--tap", "visual.ln_pst", "--output", "x.npy"], "nearest names are visual.ln_post"),
            (["a.png", "--tap", "visual.*", "--output", "x.npy"], "holds one tensor"),
            (["a.png", "--text", "a", "--edit", "visual.ln_pst=zero"], "nearest names are visual.ln_post"),
            (["a.png", "--text", "a", "--edit", "visual.ln_post"], "--edit"),
            (["a.png", "--text", "a", "--edit", "visual.ln_post[x]=zero"], "--edit"),
            (["a.png", "--text", "a", "--edit", "visual.ln_post[0,999]=zero"], "no part [0, 999]"),
            (["a.png", "--text", "a", "--edit", "visual.ln_post=v.npy"], "which takes [1, 785, 192]"),
            (["a.png", "--model", "sam", "--point", "900,2"], "not on the picture"),
            (["a.png", "--tap", "visual", "--output", "out", "--overwrite"], "--overwrite is about"),
        ] as [([String], String)] {
            let outcome = try inspect(arguments, status: 2)
            #expect(outcome.errors.contains(says), "\(arguments): \(outcome.errors)")
        }
        for edit in ["none.npy", "none.safetensors", "a.png"] {
            let outcome = try inspect(["a.png", "--text", "a", "--edit", "visual.ln_post=\(edit)"], status: 4)
            #expect(outcome.errors.contains(edit), "\(outcome.errors)")
        }
        #expect(command.files(under: ".").filter { $0.hasPrefix("x") || $0.hasPrefix("out") }.isEmpty)
    }

    @Test("an answer of no numbers is refused, and an edit is named as a possible cause")
    func notFinite() throws {
        let size = ImageSize(width: 128, height: 1)
        try NPYWriter.write(
            ScoreMap(size: size, values: [Float](repeating: .nan, count: 128)), to: path("nan.npy"))
        let edit = ["--edit", "visual.proj=nan.npy"]
        let outcome = try inspect(["a.png", "--text", "a plate"] + edit, status: 4)
        #expect(outcome.errors.contains("without a direction"), "\(outcome.errors)")
        #expect(outcome.errors.contains("(unless --edit made it so)"), "\(outcome.errors)")
    }

    @Test("nothing is overwritten that inspect did not write")
    func strangers() throws {
        _ = try command.run(["embed", "a.png", "--output", "e.safetensors"])
        let before = try command.data("e.safetensors")
        _ = try inspect(["a.png", "--tap", "visual", "--output", "e.safetensors"], status: 5)
        #expect(try command.data("e.safetensors") == before)
        _ = try inspect(["a.png", "--tap", "visual", "--output", "e.safetensors", "--overwrite"])
        #expect(try command.run(["embed", "a.png", "--output", "e.safetensors"]).status == 5)
        try command.write(Data("mine".utf8), to: "out/a.png.inspect/notes.txt")
        _ = try inspect(["a.png", "--tap", "visual", "--output", "out"], status: 5)
        #expect(command.files(under: "out") == ["a.png.inspect/notes.txt"])
        let input = try inspect(["a.png", "--tap", "visual", "--output", "a.png"], status: 5)
        #expect(input.errors.contains("a.png"))
    }
}
