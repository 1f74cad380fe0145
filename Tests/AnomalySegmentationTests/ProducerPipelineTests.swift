import CLIP
import Imaging
import NeuralNetwork
import SegmentAnything
import Tensors
import TestSupport
import Testing
import WeightIdentity

@testable import AnomalySegmentation

@Suite("From picture to result with each producer")
struct ProducerPipelineTests {
    private let sam: SAMModel

    init() throws {
        sam = try GeneratedModels.sam()
    }

    /// A preset, fit for the small generated models.
    private static func fitted(_ preset: AnomalyConfiguration) -> AnomalyConfiguration {
        var configuration = preset
        configuration.text.table = PromptTable(
            name: "short", normalStates: ["{}"], abnormalStates: ["{} with flaw"], templates: ["a photo of a {}."])
        configuration.map.side = 64
        configuration.map.smoothing = min(1, preset.map.smoothing)
        if case .adapters = preset.map.producer { configuration.map.producer = .adapters() }
        return configuration
    }

    private static func adapters(count: Int = 3, width: Int = 32) -> GeneratedWeights {
        GeneratedWeights(
            (0..<count).flatMap { index -> [(name: String, shape: Shape)] in
                [
                    ("trainable_linearlayer.fc.\(index).weight", [16, width]),
                    ("trainable_linearlayer.fc.\(index).bias", [16]),
                ]
            })
    }

    private static func prompts(width: Int = 32, deep: Int = 2) -> PromptWeights {
        let states = ["pos", "neg"].flatMap { state -> [(name: String, shape: Shape)] in
            [
                ("prompt_learner.ctx_\(state)", [1, 1, 12, width]),
                ("prompt_learner.token_prefix_\(state)", [1, 1, 1, width]),
                ("prompt_learner.token_suffix_\(state)", [1, 1, 64, width]),
            ]
        }
        let inner = (0..<deep).flatMap { index -> [(name: String, shape: Shape)] in
            [
                ("prompt_learner.compound_prompts_text.\(index)", [4, width]),
                ("prompt_learner.compound_prompt_projections.\(index).weight", [896, width]),
            ]
        }
        // The largest token is the end, here the seventeenth.
        let tokens = (0..<2 * 77).map { Float($0 % 77 == 16 ? 513 : 5) }
        return PromptWeights(GeneratedWeights(states + inner), tokens: Tensor(tokens, shape: [2, 77]))
    }

    private func segmenter(
        _ preset: AnomalyConfiguration, weights: (any TensorSource)? = nil,
        activation: CLIPConfiguration.Activation = .quickGELU
    ) throws(AnomalySegmentationError) -> AnomalySegmenter {
        let clip: CLIPModel
        do { clip = try GeneratedModels.clip(activation: activation) } catch {
            Issue.record(error)
            throw .emptyObjectName
        }
        return try AnomalySegmenter(
            clip: clip, sam: sam, configuration: Self.fitted(preset), mapWeights: weights)
    }

    private func expectWhole(_ segmenter: AnomalySegmenter, grids: Int) throws {
        let picture = GeneratedModels.picture(width: 70, height: 50)
        let found = try segmenter.segment(picture, object: "tile")
        #expect(found.map.grids.count == grids && found.omission == nil)
        #expect(found.clipMap.size == picture.size && found.fusedMap.size == picture.size)
        #expect(found.clipMap.values.allSatisfy { (0...1).contains($0) })
        #expect(
            (0...1).contains(found.clipScore) && (found.clipMap.range.map { $0.upperBound > $0.lowerBound } ?? false))
        #expect(!found.prompts.groups.isEmpty && found.cascades.allSatisfy { !$0.stages.isEmpty })
    }

    @Test("windows") func windows() throws { try expectWhole(segmenter(.winCLIP), grids: 1) }

    @Test("CLIP Surgery, with and without its second half") func surgery() throws {
        try expectWhole(segmenter(.clipSurgery), grids: 1)
        var configuration = AnomalyConfiguration.clipSurgery
        configuration.map.producer = .dense(
            patches: PatchComparison(attention: .valueValue()), featureSurgery: true)
        try expectWhole(segmenter(configuration), grids: 1)
    }

    @Test("adapters, a grid a block") func adapters() throws {
        try expectWhole(segmenter(.aprilGAN, weights: Self.adapters(), activation: .gelu), grids: 3)
    }

    @Test("learnt prompts have no object and cost no text pass") func learntPrompts() throws {
        let segmenter = try segmenter(.anomalyCLIP, weights: Self.prompts())
        try expectWhole(segmenter, grids: 1)
        let picture = GeneratedModels.picture(width: 40, height: 40)
        let found = try segmenter.segment(picture, object: "")
        #expect(found.timings.text == 0)
        #expect(try segmenter.segment(picture, object: "nut").clipMap == found.clipMap)
    }

    @Test("wrapped weights are found") func wrapped() throws {
        let adapters = Self.adapters()
        let entries = adapters.names.map { ("module.\($0)", adapters.shape(of: $0) ?? []) }
        _ = try segmenter(.aprilGAN, weights: GeneratedWeights(entries), activation: .gelu)
    }

    /// Prompts saved without the module that held them.
    private struct BarePrompts: TensorSource {
        let whole = ProducerPipelineTests.prompts()
        private static let module = "prompt_learner."

        var names: [String] { whole.names.map { String($0.dropFirst(Self.module.count)) } }

        func shape(of name: String) -> Shape? { whole.shape(of: Self.module + name) }

        func load(_ name: String) throws -> Tensor { try whole.load(Self.module + name) }
    }

    @Test("prompts are found with and without the module that held them") func barePrompts() throws {
        let whole = try segmenter(.anomalyCLIP, weights: Self.prompts()).textVectors(for: "tile")
        let bare = try segmenter(.anomalyCLIP, weights: BarePrompts()).textVectors(for: "tile")
        #expect(isIdentical(bare.normal, whole.normal) && isIdentical(bare.abnormal, whole.abnormal))
        #expect(!isIdentical(bare.normal, bare.abnormal))
    }

    @Test("weights that are missing, not needed, of another family or of another CLIP are refused")
    func refusedWeights() throws {
        #expect(throws: AnomalySegmentationError.missingMapWeights(.adapters())) {
            try segmenter(.aprilGAN, activation: .gelu)
        }
        let learnt = AnomalyConfiguration.anomalyCLIP.map.producer
        #expect(throws: AnomalySegmentationError.missingMapWeights(learnt)) { try segmenter(.anomalyCLIP) }
        #expect(throws: AnomalySegmentationError.unneededMapWeights(.windows())) {
            try segmenter(.winCLIP, weights: Self.adapters())
        }
        #expect(throws: AnomalySegmentationError.otherMapWeights(found: .anomalyCLIPPrompts, producer: .adapters())) {
            try segmenter(.aprilGAN, weights: Self.prompts(), activation: .gelu)
        }
        #expect(throws: AnomalySegmentationError.otherMapWeights(found: .aprilGANAdapters, producer: learnt)) {
            try segmenter(.anomalyCLIP, weights: Self.adapters())
        }
        let narrow = WeightProblem.unexpectedShape(
            name: "trainable_linearlayer.fc.0.weight", expected: [16, 32], found: [16, 24])
        #expect(throws: AnomalySegmentationError.unusableMapWeights(WeightError([narrow]))) {
            try segmenter(.aprilGAN, weights: Self.adapters(count: 1, width: 24), activation: .gelu)
        }
        // Two of three text blocks can take deep prompts; a third pair is one too many.
        let third = WeightProblem.unexpected(name: "prompt_learner.compound_prompts_text.2", found: [4, 32])
        #expect(throws: AnomalySegmentationError.unusableMapWeights(WeightError([third]))) {
            try segmenter(.anomalyCLIP, weights: Self.prompts(deep: 3))
        }
        #expect {
            try segmenter(.anomalyCLIP, weights: Self.prompts(width: 40))
        } throws: { error in
            guard case .unusableMapWeights(let error) = error as? AnomalySegmentationError else { return false }
            return error.problems.count == 8
        }
    }

    @Test("values that do not fit the model are refused at once")
    func refusedValues() throws {
        #expect(throws: AnomalySegmentationError.otherActivation(found: .quickGELU, needed: .gelu)) {
            try segmenter(.aprilGAN, weights: Self.adapters())
        }
        var configuration = Self.fitted(.winCLIP)
        configuration.map.producer = .windows(sides: [2, 5])
        #expect(throws: AnomalySegmentationError.windowTooLarge(5, patches: 4)) { try segmenter(configuration) }
        let clip = try GeneratedModels.clip()
        let adapters = try PatchAdapters(Self.adapters(), for: clip.configuration)
        #expect(throws: AnomalySegmentationError.adapterCount(3, layers: 2)) {
            try AdapterMapProducer(
                clip: clip, adapters: adapters, layers: [1, 2], configuration: AnomalyMapConfiguration())
        }
        #expect(throws: AnomalySegmentationError.unknownLayer(9, layers: 7)) {
            try AdapterMapProducer(
                clip: clip, adapters: adapters, layers: [1, 2, 9], configuration: AnomalyMapConfiguration())
        }
    }
}
