import Checkpoints
import Foundation
import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import CLIP

/// Behind `Tools/fixtures/clip_layouts.py`: each library's small model under that library's own names.
@Suite("weights as each library names them")
struct LayoutTests {
    private static let layouts = ["openai", "custom_text", "hugging_face"]

    private func weights(_ layout: String, wrappedIn prefix: String = "") throws -> RenamedWeights {
        let fixture = try Fixture.tensors("CLIP/layouts_\(layout)")
        let entries = try JSONSerialization.jsonObject(with: Data((fixture.metadata["entries"] ?? "").utf8))
        return RenamedWeights(
            GeneratedWeights(GeneratedWeights.entries(entries), metadata: fixture.metadata), prefix: prefix)
    }

    private func model(
        _ weights: some TensorSource, activation: CLIPConfiguration.Activation? = nil
    ) throws -> CLIPModel {
        let merges = ReferenceModel.mergeLines(count: 600).joined(separator: "\n").utf8
        return try CLIPModel(weights: weights, merges: merges, activation: activation)
    }

    @Test("both embeddings agree with the library's own", arguments: layouts)
    func embeddings(layout: String) throws {
        for prefix in ["", "state_dict.module."] {
            let model = try model(weights(layout, wrappedIn: prefix))
            for (actual, name) in [
                (try model.encodeImage(GeneratedWeights.input([2, 3, 32, 32])), "image"),
                (try model.encode(tokens: ReferenceModel.texts), "text"),
            ] {
                let difference = try ReferenceModel.error(actual, name, in: "CLIP/layouts_\(layout)")
                #expect(difference.relative < 1e-5, "\(prefix)\(name): \(difference)")
            }
        }
    }

    @Test("what is decided and why")
    func decisions() throws {
        func lines(_ layout: String) throws -> [String] { try model(weights(layout)).decisions.map(\.description) }
        #expect(
            try lines("openai") == [
                "layout: OpenAI's and open_clip's names (from names and shapes)",
                "activation: quickgelu (as all OpenAI's own archives have it)",
                "input size: 32 (from names and shapes)",
                "heads of the image tower: 2 (as all published models up to ViT-L have it)",
                "heads of the text tower: 1 (as all published models up to ViT-L have it)",
                "mean and deviation of the colours: mean 0.48145467 0.4578275 0.40821072, deviation 0.26862955 "
                    + "0.2613026 0.2757771 (as all OpenAI's and most of open_clip's models have it)",
                "resizing: crop (as all OpenAI's and most of open_clip's models have it)",
            ])
        #expect(
            try lines("custom_text")[1]
                == "activation: gelu (a guess, for the file does not tell: choose quickgelu or gelu if results "
                + "are poor)")
        #expect(
            try lines("hugging_face") == [
                "layout: Hugging Face names (from names and shapes)", "activation: gelu (from config.json)",
                "input size: 32 (from config.json)", "heads of the image tower: 2 (from config.json)",
                "heads of the text tower: 4 (from config.json)",
                "mean and deviation of the colours: mean 0.5 0.4 0.3, deviation 0.3 0.2 0.1 (from "
                    + "preprocessor_config.json)", "resizing: crop (from preprocessor_config.json)",
            ])
        let asked = try model(weights("hugging_face"), activation: .quickGELU)
        #expect(asked.configuration.activation == .quickGELU)
        #expect(asked.decisions[1].origin == .asked && !asked.decisions[1].isGuess)
    }

    @Test("what is not finite is told by the file's own names, of a matrix that is put together as well")
    func notFinite() throws {
        for (name, prefix) in [
            ("text_model.encoder.layers.0.self_attn.k_proj.bias", ""), ("visual_projection.weight", ""),
            ("logit_scale", ""), ("vision_model.encoder.layers.1.self_attn.v_proj.weight", "module."),
        ] {
            let damaged = DamagedWeights(
                try weights("hugging_face", wrappedIn: prefix), prefix + name, element: -.infinity)
            #expect(throws: CLIPLoadingError.weights(WeightError([.notFinite(name: prefix + name, count: 1)]))) {
                try model(damaged)
            }
        }
    }

    @Test("finite weights whose products are not are refused where they show: scale, pictures, texts")
    func overflow() throws {
        let weights = try weights("openai")
        #expect(throws: CLIPLoadingError.model(.unusableScale(logarithm: 1000))) {
            try model(DamagedWeights(weights, "logit_scale", element: 1000))
        }
        #expect(throws: CLIPLoadingError.model(.unusableScale(logarithm: -1000))) {
            try model(DamagedWeights(weights, "logit_scale", element: -1000))
        }
        let pixels = GeneratedWeights.input([2, 3, 32, 32])
        for factor: Float in [1e38, 1e20, 0] {
            let image = try model(DamagedWeights(weights, "visual.proj", factor: factor))
            #expect(throws: CLIPError.noDirection(.image)) { try image.encodeImage(pixels) }
            #expect(throws: CLIPError.noDirection(.image)) { try image.encodeImage(pixels, observing: []) }
            #expect(throws: CLIPError.noDirection(.image)) {
                try image.denseFeatures(pixels.slice(0..<1), layers: [1])
            }
            let text = try model(DamagedWeights(weights, "text_projection", factor: factor))
            #expect(throws: CLIPError.noDirection(.text)) { try text.encodeText(["a"]) }
            #expect(throws: CLIPError.noDirection(.text)) { try text.encodeText(["a"], observing: []) }
            #expect(throws: ZeroShotError.clip(.noDirection(.text))) {
                try ZeroShotClassifier(text, labels: ["a", "b"])
            }
        }
    }

    @Test("an edit may make a vector zero, and none of numbers that are infinite or none")
    func editedVectors() throws {
        let model = try model(weights("openai"))
        let pixels = GeneratedWeights.input([2, 3, 32, 32])
        func edited(_ value: Float) throws {
            _ = try model.encodeImage(
                pixels, observing: [], editing: ["visual": { Tensor(repeating: value, shape: $0.shape) }])
            _ = try model.encodeText(
                ["a"], observing: [], editing: ["text_projection": { Tensor(repeating: value, shape: $0.shape) }])
        }
        try edited(0)
        #expect(throws: CLIPError.noDirection(.image)) { try edited(.nan) }
        #expect(throws: CLIPError.noDirection(.text)) {
            try model.encodeText(
                ["a"], observing: [], editing: ["text_projection": { Tensor(repeating: .infinity, shape: $0.shape) }])
        }
    }

    /// Through files: the folder as `save_pretrained` lays it out, the weights whole or in two files, fp32 or fp16.
    @Test("a folder with Hugging Face's files opens as it is", arguments: [1, 2])
    func folder(files: Int) throws {
        let weights = try weights("hugging_face")
        for (precision, bound) in [(SafetensorsWriter.Precision.float32, 1e-5), (.float16, 1e-3)] {
            try Fixture.withTemporaryFolder { folder in
                func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
                let names = weights.names.sorted()
                let shards = (0..<files).map { names[names.count * $0 / files..<names.count * ($0 + 1) / files] }
                var index: [String: String] = [:]
                for (number, names) in shards.enumerated() {
                    let file = files == 1 ? "model.safetensors" : "model-0000\(number + 1)-of-00002.safetensors"
                    try SafetensorsWriter.write(
                        weights, names: Array(names), to: path(file), precision: { _ in precision })
                    for name in names { index[name] = file }
                }
                if files > 1 {
                    let json = try JSONSerialization.data(withJSONObject: ["metadata": [:], "weight_map": index])
                    try json.write(to: folder.appendingPathComponent("model.safetensors.index.json"))
                }
                for name in ["config.json", "preprocessor_config.json"] {
                    try Data((weights.metadata[name] ?? "").utf8).write(to: folder.appendingPathComponent(name))
                }
                let model = try model(Checkpoint.open(folder.path))
                #expect(model.configuration.activation == .gelu && model.configuration.mean == [0.5, 0.4, 0.3])
                for (actual, name) in [
                    (try model.encodeImage(GeneratedWeights.input([2, 3, 32, 32])), "image"),
                    (try model.encode(tokens: ReferenceModel.texts), "text"),
                ] {
                    let difference = try ReferenceModel.error(actual, name, in: "CLIP/layouts_hugging_face")
                    #expect(difference.relative < bound, "\(precision), \(name): \(difference)")
                }
            }
        }
    }

    @Test("nothing is read before it is asked for, and what is asked for alone")
    func lazy() throws {
        let weights = try CLIPWeights(weights("hugging_face"))
        #expect(weights.shape(of: "visual.transformer.resblocks.1.attn.in_proj_weight") == [192, 64])
        #expect(weights.shape(of: "text_projection") == [32, 24])
        let packed = try weights.load("transformer.resblocks.0.attn.in_proj_bias")
        let parts = ["q", "k", "v"].flatMap {
            GeneratedWeights.tensor("text_model.encoder.layers.0.self_attn.\($0)_proj.bias", shape: [32]).values
        }
        #expect(packed.values == parts)
        let stored = GeneratedWeights.tensor("visual_projection.weight", shape: [24, 64])
        #expect(try weights.load("visual.proj")[5, 7] == stored[7, 5])
    }

    @Test("differences are told in the file's own names and shapes")
    func differences() throws {
        var weights = try weights("hugging_face", wrappedIn: "model.")
        let block = "model.vision_model.encoder.layers.1."
        weights.shapes[block + "self_attn.k_proj.weight"] = [64, 60]
        weights.shapes["model.visual_projection.weight"] = [23, 64]
        weights.shapes["model.visual_projection.bias"] = [24]
        weights.shapes["model.vision_model.embeddings.position_ids"] = [1, 17]
        weights.hidden = [block + "layer_norm2.bias"]
        guard case .weights(let error)? = #expect(throws: CLIPLoadingError.self, performing: { try model(weights) })
        else {
            return
        }
        #expect(
            error.problems == [
                .unexpectedShape(name: block + "self_attn.k_proj.weight", expected: [64, 64], found: [64, 60]),
                .missing(name: block + "layer_norm2.bias", expected: [64]),
                .unexpectedShape(name: "model.text_projection.weight", expected: [23, 32], found: [24, 32]),
                .unexpected(name: "model.visual_projection.bias", found: [24]),
            ])
    }

    @Test("what is no part of the model is listed, not loaded")
    func ignored() throws {
        let openAI = try CLIPWeights(weights("openai"))
        #expect(openAI.ignored.sorted() == ["context_length", "input_resolution", "vocab_size"])
        #expect(!openAI.names.contains("vocab_size"))
        var wrapped = try weights("custom_text", wrappedIn: "state_dict.module.")
        wrapped.shapes["epoch"] = []
        #expect(try CLIPWeights(wrapped).ignored == ["epoch"])
    }
}

/// Generated weights as a file that puts a prefix before every name, with shapes changed or tensors taken away.
private struct RenamedWeights: TensorSource {
    let inner: GeneratedWeights
    let prefix: String
    var shapes: [String: Shape]
    var hidden: Set<String> = []

    init(_ inner: GeneratedWeights, prefix: String) {
        self.inner = inner
        self.prefix = prefix
        shapes = Dictionary(uniqueKeysWithValues: inner.names.map { (prefix + $0, inner.shape(of: $0) ?? []) })
    }

    var names: [String] { shapes.keys.filter { !hidden.contains($0) } }
    var metadata: [String: String] { inner.metadata }
    func shape(of name: String) -> Shape? { hidden.contains(name) ? nil : shapes[name] }
    func load(_ name: String) throws -> Tensor { try inner.load(String(name.dropFirst(prefix.count))) }
}
