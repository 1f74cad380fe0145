import Foundation
import NeuralNetwork
import Tensors
import TestSupport
import Testing
import WeightIdentity

@testable import CLIP

@Suite("what files beside a CLIP's weights say")
struct DescriptionTests {
    private static let openCLIP: [(name: String, shape: Shape)] = [
        ("visual.conv1.weight", [128, 3, 8, 8]), ("visual.positional_embedding", [17, 128]),
        ("visual.class_embedding", [128]), ("visual.proj", [128, 24]), ("token_embedding.weight", [600, 64]),
        ("positional_embedding", [16, 64]), ("visual.transformer.resblocks.0.ln_1.weight", [128]),
        ("transformer.resblocks.0.ln_1.weight", [64]),
    ]
    private static let huggingFace: [(name: String, shape: Shape)] = [
        ("vision_model.embeddings.patch_embedding.weight", [128, 3, 8, 8]),
        ("vision_model.embeddings.position_embedding.weight", [17, 128]), ("visual_projection.weight", [24, 128]),
        ("text_model.embeddings.token_embedding.weight", [600, 64]),
        ("text_model.embeddings.position_embedding.weight", [16, 64]),
        ("vision_model.encoder.layers.0.layer_norm1.weight", [128]),
        ("text_model.encoder.layers.0.layer_norm1.weight", [64]),
    ]

    private func detected(
        _ entries: [(name: String, shape: Shape)], _ file: String, _ json: String
    ) throws -> DetectedCLIP {
        try DetectedCLIP(GeneratedWeights(entries, metadata: [file: json]))
    }

    @Test("open_clip_config.json: activation, heads, colours and resizing, with open_clip's defaults")
    func openCLIPConfiguration() throws {
        let file = "open_clip_config.json"
        let full = try detected(
            Self.openCLIP, file,
            """
            {"model_cfg":{"embed_dim":24,"quick_gelu":true,"vision_cfg":{"head_width":32,"image_size":32},
            "text_cfg":{"heads":4}},"preprocess_cfg":{"mean":[0.5,0.5,0.5],"std":[0.25,0.25,0.25],
            "interpolation":"bicubic","resize_mode":"squash"}}
            """)
        #expect(full.configuration.activation == .quickGELU && full.configuration.resizing == .squash)
        #expect(full.configuration.visionHeads == 4 && full.configuration.textHeads == 4)
        #expect(full.configuration.mean == [0.5, 0.5, 0.5])
        let elsewhere = full.decisions.filter { $0.origin != .described(file: file) }.map(\.fact)
        #expect(elsewhere == [.layout])

        let bare = try detected(Self.openCLIP, file, #"{"model_cfg":{"vision_cfg":{},"text_cfg":{}}}"#)
        #expect(bare.configuration.activation == .gelu && bare.configuration.resizing == .shortestSideAndCrop)
        #expect(bare.configuration.visionHeads == 2 && bare.configuration.textHeads == 8)
        #expect(bare.configuration.mean == CLIPConfiguration.publishedMean)
    }

    @Test("what is written about a model is what is read of it")
    func written() throws {
        let json = #"{"vision_heads":4,"image_size":40,"mean":[0.5,0.4,0.3],"std":[0.3,0.2,0.1],"resize":"crop"}"#
        let described = try detected(Self.openCLIP, "vitrine.model", json).configuration
        let text = String(decoding: try JSONEncoder().encode(CLIPDescription(described)), as: UTF8.self)
        #expect(try detected(Self.openCLIP, "vitrine.model", text).configuration == described)
    }

    @Test("config.json: QuickGELU unless it says otherwise")
    func transformersConfiguration() throws {
        let bare = try detected(Self.huggingFace, "config.json", #"{"model_type":"clip"}"#)
        #expect(bare.configuration.activation == .quickGELU && bare.configuration.visionHeads == 2)
        #expect(bare.decisions.first { $0.fact == .activation }?.origin == .described(file: "config.json"))
        let alone = try DetectedCLIP(GeneratedWeights(Self.huggingFace))
        #expect(alone.configuration.activation == .quickGELU)
        #expect(alone.decisions.filter(\.isGuess).map(\.fact) == [.activation])
    }

    @Test("preprocessor_config.json: a size with two sides squashes, one with the shortest edge crops")
    func preprocessor() throws {
        for (size, resizing) in [
            (#"{"shortest_edge":32}"#, CLIPConfiguration.Resizing.shortestSideAndCrop), ("32", .shortestSideAndCrop),
            (#"{"height":32,"width":32}"#, .squash),
        ] {
            let json = #"{"size":\#(size),"resample":3}"#
            #expect(
                try detected(Self.huggingFace, "preprocessor_config.json", json).configuration.resizing == resizing)
        }
    }

    @Test("what would compute something else than these towers is refused, with the file named")
    func refused() throws {
        let cases: [(file: String, json: String, CLIPConfigurationError)] = [
            ("config.json", #"{"model_type":"siglip"}"#, .otherFamily("siglip")),
            (
                "config.json", #"{"vision_config":{"hidden_act":"gelu"}}"#,
                .unusableFact(file: "config.json", "hidden_act", rule: "be the same in both towers")
            ),
            (
                "config.json", #"{"vision_config":{"hidden_act":"gelu_new"}}"#,
                .unknownChoice(
                    file: "config.json", fact: "hidden_act", value: "gelu_new", known: ["gelu", "quick_gelu"])
            ),
            (
                "config.json", #"{"text_config":{"layer_norm_eps":1e-6}}"#,
                .unusableFact(file: "config.json", "layer_norm_eps", rule: "be 1e-05")
            ),
            (
                "config.json", #"{"vision_config":{"num_attention_heads":5}}"#,
                .unusableFact(file: "config.json", "heads of the image tower", rule: "divide the width 128")
            ),
            (
                "config.json", #"{"vision_config":{"image_size":1048576}}"#,
                .unusableFact(file: "config.json", "image_size", rule: "be a multiple of the patch of 8 pixels")
            ),
            (
                "preprocessor_config.json", #"{"resample":2}"#,
                .unusableFact(file: "preprocessor_config.json", "resample", rule: "be 3, bicubic")
            ),
            (
                "preprocessor_config.json", #"{"image_std":[1,1]}"#,
                .unusableFact(file: "preprocessor_config.json", "image_std", rule: "be three numbers above 0")
            ),
            ("config.json", "{", .unusableDescription(file: "config.json", .malformed(byteOffset: 1))),
            (
                "open_clip_config.json", #"{"model_cfg":{"vision_cfg":{"pool_type":"avg"}}}"#,
                .unknownChoice(file: "open_clip_config.json", fact: "pool_type", value: "avg", known: ["tok"])
            ),
            (
                "open_clip_config.json", #"{"model_cfg":{"text_cfg":{"no_causal_mask":true}}}"#,
                .unusableFact(file: "open_clip_config.json", "no_causal_mask", rule: "be false")
            ),
            (
                "open_clip_config.json", #"{"model_cfg":{"vision_cfg":{"scaled_cosine_attn":true}}}"#,
                .unusableFact(file: "open_clip_config.json", "scaled_cosine_attn", rule: "be false")
            ),
            (
                "open_clip_config.json", #"{"model_cfg":{"vision_cfg":{"qk_norm":true}}}"#,
                .unusableFact(file: "open_clip_config.json", "qk_norm", rule: "be false")
            ),
            (
                "open_clip_config.json", #"{"model_cfg":{"vision_cfg":{"final_ln_after_pool":true}}}"#,
                .unusableFact(file: "open_clip_config.json", "final_ln_after_pool", rule: "be false")
            ),
            (
                "open_clip_config.json", #"{"model_cfg":{"vision_cfg":{"head_width":0}}}"#,
                .unusableFact(file: "open_clip_config.json", "head_width", rule: "be above 0")
            ),
            (
                "open_clip_config.json", #"{"preprocess_cfg":{"resize_mode":"longest"}}"#,
                .unknownChoice(
                    file: "open_clip_config.json", fact: "resize_mode", value: "longest",
                    known: ["shortest", "squash"])
            ),
        ]
        for (file, json, error) in cases {
            let entries = file.hasPrefix("open") ? Self.openCLIP : Self.huggingFace
            #expect(throws: error, "\(json)") { try detected(entries, file, json) }
        }
        #expect(
            "\(CLIPConfigurationError.unusableFact(file: "preprocessor_config.json", "resample", rule: "be 3, bicubic"))"
                == "preprocessor_config.json has a value under \"resample\" that is not supported: it should be 3, "
                + "bicubic")
    }

    @Test("the large models need a file that tells their heads")
    func largeModels() throws {
        var entries = Self.openCLIP
        entries[0].shape = [1280, 3, 14, 14]
        entries[1].shape = [257, 1280]
        let error = #expect(throws: CLIPConfigurationError.self) { try DetectedCLIP(GeneratedWeights(entries)) }
        #expect(
            error?.description
                == "this is a ViT-H, whose weights do not tell the number of heads: put the model's config.json or "
                + "open_clip_config.json beside them and name the folder")
        let told = try detected(
            entries, "open_clip_config.json", #"{"model_cfg":{"vision_cfg":{"head_width":80},"text_cfg":{"heads":1}}}"#)
        #expect(told.configuration.visionHeads == 16)
    }

    @Test("the width of B-16-plus-240 tells its activation")
    func plus() throws {
        var entries = Self.openCLIP
        entries[1].shape = [17, 896]
        let detected = try DetectedCLIP(GeneratedWeights(entries))
        #expect(detected.configuration.activation == .gelu && detected.configuration.visionHeads == 14)
        #expect(detected.decisions.filter(\.isGuess).isEmpty)
    }

    @Test("layers of the feed-forward part may be of any published width")
    func hidden() throws {
        let entries = Self.openCLIP + [(name: "visual.transformer.resblocks.0.mlp.c_fc.bias", shape: [559])]
        #expect(try DetectedCLIP(GeneratedWeights(entries)).configuration.visionHidden == 559)
    }
}
