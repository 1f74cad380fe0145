import CLIP
import Imaging
import NeuralNetwork
import Tensors
import TestSupport
import Testing
import WeightIdentity

@Suite("reading a CLIP configuration off weights")
struct ConfigurationTests {
    private func detected(
        _ entries: [(name: String, shape: Shape)], _ description: String? = nil
    ) throws -> CLIPConfiguration {
        try CLIPConfiguration.detect(
            from: GeneratedWeights(entries, metadata: description.map { ["vitrine.model": $0] } ?? [:]))
    }

    private static let entries: [(name: String, shape: Shape)] = [
        ("visual.conv1.weight", [128, 3, 8, 8]), ("visual.positional_embedding", [17, 128]),
        ("visual.class_embedding", [128]), ("visual.proj", [128, 24]), ("token_embedding.weight", [600, 64]),
        ("positional_embedding", [16, 64]), ("visual.transformer.resblocks.0.ln_1.weight", [128]),
        ("transformer.resblocks.0.ln_1.weight", [64]), ("transformer.resblocks.1.ln_1.weight", [64]),
    ]

    @Test("shapes tell the sizes, and the published rules the rest")
    func shapes() throws {
        var expected = CLIPConfiguration(
            patch: 8, trainedGrid: 4, visionWidth: 128, visionLayers: 1, embedding: 24, textWidth: 64)
        expected.textLayers = 2
        expected.contextLength = 16
        expected.vocabularySize = 600
        expected.activation = .gelu
        #expect(try detected(Self.entries) == expected)
    }

    @Test("the description beside the weights overrides the rules")
    func description() throws {
        let configuration = try detected(
            Self.entries,
            """
            {"family":"clip","vision_heads":4,"text_heads":8,"activation":"gelu","image_size":64,"mean":[0.5,0.5,0.5],
            "std":[0.25,0.25,0.25],"resize":"crop","dense":"projected-last-layer"}
            """)
        #expect(configuration.visionHeads == 4 && configuration.textHeads == 8)
        #expect(configuration.activation == .gelu && configuration.imageSize == 64)
        #expect(configuration.mean == [0.5, 0.5, 0.5] && configuration.standardDeviation == [0.25, 0.25, 0.25])
        #expect(configuration.resizing == .shortestSideAndCrop && configuration.comparesPatchesWithText)
    }

    @Test("descriptions that cannot be meant are refused")
    func badDescriptions() {
        let file = "vitrine.model"
        let cases: [(String, CLIPConfigurationError)] = [
            (#"{"family":"sam"}"#, .otherFamily("sam")),
            (
                #"{"vision_heads":3}"#,
                .unusableFact(file: file, "heads of the image tower", rule: "divide the width 128")
            ),
            (#"{"text_heads":0}"#, .unusableFact(file: file, "heads of the text tower", rule: "divide the width 64")),
            (
                #"{"image_size":12}"#,
                .unusableFact(file: file, "image_size", rule: "be a multiple of the patch of 8 pixels")
            ),
            (#"{"mean":[1]}"#, .unusableFact(file: file, "mean", rule: "be three numbers")),
            (#"{"std":[1,1,0]}"#, .unusableFact(file: file, "std", rule: "be three numbers above 0")),
            (
                #"{"activation":"tanh"}"#,
                .unknownChoice(file: file, fact: "activation", value: "tanh", known: ["gelu", "quickgelu"])
            ),
            (
                #"{"vision_heads":"3"}"#,
                .unusableDescription(
                    file: file, .unexpectedKind(name: "vision_heads", expected: "a whole number"))
            ),
            ("[]", .unusableDescription(file: file, .malformed(byteOffset: 0))),
        ]
        for (description, error) in cases {
            #expect(throws: error, "\(description)") { try detected(Self.entries, description) }
        }
    }

    @Test("weights of something else are named")
    func otherWeights() throws {
        let cases: [(String, WeightFamily, String)] = [
            (
                "visual.layer1.0.conv1.weight", .clipResNet,
                "this is CLIP with a ResNet image tower, and a CLIP with a ViT image tower was asked for: not supported; "
                    + "take ViT-B/32, B/16, B-16-plus-240, L/14 or L/14@336"
            ),
            (
                "vision_model.head.probe", .sigLIP,
                "this is SigLIP, and a CLIP with a ViT image tower was asked for: not supported; take ViT-B/32, B/16, "
                    + "B-16-plus-240, L/14 or L/14@336"
            ),
            (
                "image_encoder.trunk.pos_embed", .segmentAnything2,
                "this is SAM 2, and a CLIP with a ViT image tower was asked for: it is no CLIP, and this kind of SAM "
                    + "is not supported: take Meta's sam_vit_*.pth or mobile_sam.pt"
            ),
            (
                "trainable_linearlayer.fc.0.weight", .aprilGANAdapters,
                "this is APRIL-GAN adapters, and a CLIP with a ViT image tower was asked for: it goes beside a CLIP, so "
                    + "name the CLIP itself here"
            ),
            (
                "vision_model.embeddings.class_embedding", .huggingFaceCLIPTower,
                "this is one tower of a CLIP, in the Hugging Face layout, and a CLIP with a ViT image tower was asked "
                    + "for: take the whole model, with both towers and both projections"
            ),
            (
                "encoder.weight", .unknown,
                "these are weights of a model unknown here, and a CLIP with a ViT image tower was asked for: name a CLIP "
                    + "checkpoint of OpenAI, open_clip or Hugging Face"
            ),
        ]
        for (name, family, sentence) in cases {
            let error = #expect(throws: CLIPConfigurationError.self) { try detected([(name, [1])]) }
            #expect(error == .notCLIP(family))
            #expect(error?.description == sentence)
        }
        let mobileSAM: [(name: String, shape: Shape)] = [
            ("image_encoder.layers.0.blocks.0.conv1.bn.bias", [1]), ("image_encoder.patch_embed.seq.0.c.weight", [1]),
        ]
        let error = #expect(throws: CLIPConfigurationError.self) { try detected(mobileSAM) }
        #expect(
            error?.description
                == "this is MobileSAM, and a CLIP with a ViT image tower was asked for: name a CLIP checkpoint of OpenAI, "
                + "open_clip or Hugging Face")
        #expect(throws: CLIPConfigurationError.notCLIP(.unknown)) { try detected([]) }
    }

    @Test("missing and odd sizes are named")
    func oddSizes() throws {
        for name in ["visual.positional_embedding", "token_embedding.weight", "visual.conv1.weight"] {
            #expect(throws: CLIPConfigurationError.missing(name: name)) {
                try detected(Self.entries.filter { $0.name != name })
            }
        }
        var odd = Self.entries
        odd[1].shape = [18, 128]
        #expect(
            throws: CLIPConfigurationError.unexpectedShape(name: "visual.positional_embedding", found: [18, 128])
        ) { try detected(odd) }
        let huge = Shape([2049 * 2049 + 1, 128])
        odd[1].shape = huge
        #expect(throws: CLIPConfigurationError.unexpectedShape(name: "visual.positional_embedding", found: huge)) {
            try detected(odd)
        }
        odd[1].shape = [17, 100]
        #expect(throws: CLIPConfigurationError.unknownHeads(width: 100)) { try detected(odd) }
        #expect(try detected(odd, #"{"vision_heads":5}"#).visionHeads == 5)
        odd[1].shape = [17, 1 << 20]
        #expect(
            throws: CLIPConfigurationError.unexpectedShape(name: "visual.positional_embedding", found: [17, 1 << 20])
        ) { try detected(odd) }
    }

    @Test("all differences of a model's weights come back at once")
    func weightError() throws {
        var entries: [(name: String, shape: Shape)] = Self.entries
        entries.append(("stranger", [2]))
        let configuration = try detected(Self.entries)
        let tokenizer = CLIPTokenizer(vocabulary: try ReferenceModel.vocabulary(count: 600), contextLength: 16)
        let error = #expect(throws: CLIPLoadingError.self) {
            try CLIPModel(configuration: configuration, weights: GeneratedWeights(entries), tokenizer: tokenizer)
        }
        guard case .weights(let weights)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(weights.problems.contains(.unexpected(name: "stranger", found: [2])))
        #expect(weights.problems.contains(.missing(name: "logit_scale", expected: [])))
        #expect(throws: CLIPLoadingError.model(.vocabularyMismatch(tokenizer: 601, weights: 600))) {
            try CLIPModel(
                configuration: configuration, weights: GeneratedWeights(entries),
                tokenizer: CLIPTokenizer(vocabulary: try ReferenceModel.vocabulary(count: 601)))
        }
    }

    @Test("preparation squashes, or scales the shorter side and cuts the middle")
    func preparation() throws {
        let size = ImageSize(width: 40, height: 20)
        var image = Image(size: size, filledWith: .black)
        for y in 0..<20 { for x in 20..<40 { image[x: x, y: y] = .white } }
        var configuration = CLIPConfiguration(
            patch: 4, trainedGrid: 2, visionWidth: 64, visionLayers: 1, embedding: 8, textWidth: 64)
        configuration.mean = [0.5, 0.5, 0.5]
        configuration.standardDeviation = [0.5, 0.5, 0.5]
        let squashed = try configuration.preparation(for: image)
        #expect(squashed.shape == [3, 8, 8])
        #expect(squashed[0, 0, 0] == -1 && squashed[2, 7, 7] == 1)
        let cut = try configuration.wholePicturePreparation(for: image, size: 20)
        #expect(cut.shape == [3, 20, 20])
        #expect((0..<20).allSatisfy { cut[1, 0, $0] == ($0 < 10 ? -1 : 1) })
        configuration.resizing = .squash
        #expect(
            try configuration.wholePicturePreparation(for: image, size: 20).values
                == configuration.preparation(for: image, size: 20).values)
    }
}
