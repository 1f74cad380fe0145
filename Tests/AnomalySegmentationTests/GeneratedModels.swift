import AnomalySegmentation
import CLIP
import Imaging
import NeuralNetwork
import SegmentAnything
import Tensors
import TestSupport

/// Models of generated weights, small enough to run in a moment.
enum GeneratedModels {
    /// A CLIP with patches of 8 px and a vocabulary of single bytes.
    ///
    /// - Parameter altered: a tensor whose last value is another than generated.
    static func clip(
        comparesPatchesWithText: Bool = false, activation: CLIPConfiguration.Activation = .quickGELU,
        resizing: CLIPConfiguration.Resizing = .squash, altering altered: String? = nil
    ) throws -> CLIPModel {
        let vocabulary = try Vocabulary(merges: [])
        var configuration = CLIPConfiguration(
            patch: 8, trainedGrid: 4, visionWidth: 32, visionLayers: 7, embedding: 16, textWidth: 32)
        configuration.visionHeads = 2
        configuration.textLayers = 3
        configuration.textHeads = 2
        configuration.vocabularySize = vocabulary.count
        configuration.activation = activation
        configuration.comparesPatchesWithText = comparesPatchesWithText
        configuration.resizing = resizing
        return try generated(from: [("visual.class_embedding", [32])]) {
            try CLIPModel(
                configuration: configuration, weights: AlteredWeights(weights: $0, altered: altered),
                tokenizer: CLIPTokenizer(vocabulary: vocabulary))
        }
    }

    /// A SAM whose square is 64 px, of 16 x 16 cells.
    static func sam() throws -> SAMModel {
        var vit = ViTConfiguration(width: 32, depth: 2, heads: 2, globalBlocks: [1])
        vit.patch = 4
        vit.trainedGrid = 16
        vit.window = 6
        var configuration = SAMConfiguration(imageEncoder: .vit(vit))
        configuration.side = 64
        configuration.promptWidth = 32
        configuration.decoderAttentionWidth = 16
        configuration.decoderHeads = 4
        configuration.decoderHiddenWidth = 64
        configuration.iouHeadHiddenWidth = 48
        return try generated { try SAMModel(configuration: configuration, weights: $0) }
    }

    /// Both joined, with few sentences and a small map.
    static func segmenter(
        scales: [Float] = [1], _ change: (inout AnomalyConfiguration) -> Void = { _ in }
    ) throws -> AnomalySegmenter {
        var configuration = AnomalyConfiguration()
        configuration.text.table = PromptTable(
            name: "short", normalStates: ["{}"], abnormalStates: ["{} with flaw"], templates: ["a photo of a {}."])
        configuration.map.inputs = .scales(ofModelSide: scales)
        configuration.map.side = 64
        configuration.map.smoothing = 1
        change(&configuration)
        return try AnomalySegmenter(clip: clip(), sam: sam(), configuration: configuration)
    }

    /// A picture of noise with a bright square, so that something stands out.
    static func picture(width: Int, height: Int) -> Image {
        let noise = GeneratedWeights.input([height, width, 3], name: "picture").values
        let pixels = noise.enumerated().map { index, value in
            let (x, y) = (index / 3 % width, index / 3 / width)
            let isSquare = (width / 2..<width * 3 / 4).contains(x) && (height / 4..<height / 2).contains(y)
            return isSquare ? UInt8(250) : UInt8(100 + 40 * value)
        }
        return Image(size: ImageSize(width: width, height: height), pixels: pixels)
    }

    private static func weightError(_ error: any Error) -> WeightError? {
        switch error {
        case CLIPLoadingError.weights(let error), SAMLoadingError.weights(let error): error
        default: error as? WeightError
        }
    }

    /// A model asked with too few weights says which it needs; those are generated.
    ///
    /// - Parameter known: enough to tell the family by.
    private static func generated<Model>(
        from known: [(name: String, shape: Shape)] = [], _ build: (GeneratedWeights) throws -> Model
    ) throws -> Model {
        do {
            return try build(GeneratedWeights(known))
        } catch let error {
            guard let error = weightError(error) else { throw error }
            let needed = error.problems.compactMap { problem -> (name: String, shape: Shape)? in
                guard case .missing(let name, let shape) = problem else { return nil }
                return (name, shape)
            }
            return try build(GeneratedWeights(known + needed))
        }
    }
}

/// Generated weights with one value changed.
private struct AlteredWeights: TensorSource {
    let weights: GeneratedWeights
    let altered: String?

    var names: [String] { weights.names }

    func shape(of name: String) -> Shape? { weights.shape(of: name) }

    func load(_ name: String) throws -> Tensor {
        let tensor = try weights.load(name)
        guard name == altered, let last = tensor.values.last else { return tensor }
        return Tensor(tensor.values.dropLast() + [last + 0.125], shape: tensor.shape)
    }
}
