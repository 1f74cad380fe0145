import Checkpoints
import NeuralNetwork
import Tensors
import TestSupport

@testable import CLIP

/// The configurations behind `Tools/fixtures/clip_towers.py`, with the generated weights of its models.
enum ReferenceModel {
    static let texts = [
        [598, 17, 300, 42, 599], [598, 5, 599], [598, 597, 1, 2, 3, 4, 5, 6, 7, 8, 9, 599],
    ]

    static func configuration(_ activation: CLIPConfiguration.Activation) -> CLIPConfiguration {
        var configuration = CLIPConfiguration(
            patch: 8, trainedGrid: 4, visionWidth: 64, visionLayers: 3, embedding: 24, textWidth: 32)
        configuration.visionHeads = 2
        configuration.textLayers = 2
        configuration.textHeads = 4
        configuration.contextLength = 16
        configuration.vocabularySize = 600
        configuration.activation = activation
        return configuration
    }

    /// The names and shapes that the reference's own state dictionary has, from a fixture's metadata.
    static func weights(_ fixture: String) throws -> GeneratedWeights {
        try GeneratedWeights(listed: Fixture.tensors(fixture).metadata["entries"])
    }

    static func model(
        _ configuration: CLIPConfiguration, fixture: String = "CLIP/towers_gelu"
    ) throws -> CLIPModel {
        try CLIPModel(
            configuration: configuration, weights: weights(fixture),
            tokenizer: CLIPTokenizer(
                vocabulary: vocabulary(count: configuration.vocabularySize),
                contextLength: configuration.contextLength))
    }

    /// A vocabulary of any size: its merges are pairs of bytes, one after the other.
    static func vocabulary(count: Int) throws -> Vocabulary {
        try Vocabulary(merges: mergeLines(count: count).joined(separator: "\n").utf8)
    }

    static func mergeLines(count: Int) -> [String] {
        let bytes =
            (33...126).map { String(UnicodeScalar(UInt8($0))) } + (174...255).map { String(UnicodeScalar(UInt8($0))) }
            + (256...323).compactMap { UnicodeScalar($0).map(String.init) }
        return (0..<max(0, count - 514)).map { "\(bytes[$0 / bytes.count]) \(bytes[$0 % bytes.count])" }
    }

    /// Largest error over largest magnitude, against one tensor of a fixture.
    static func error(_ actual: Tensor, _ name: String, in fixture: String) throws -> TensorDifference {
        compare(actual, try Fixture.tensor(name, in: fixture))
    }
}
