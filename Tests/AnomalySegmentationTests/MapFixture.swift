import CLIP
import Checkpoints
import Imaging
import NeuralNetwork
import Tensors
import TestSupport

@testable import AnomalySegmentation

/// A fixture of `Tools/fixtures/anomaly_maps.py`: the model and picture behind it, and what the reference made of them.
struct MapFixture {
    static let raster = 64
    let name: String
    let file: Checkpoint

    init(_ name: String) throws {
        self.name = "AnomalySegmentation/maps_\(name)"
        file = try Fixture.tensors(self.name)
    }

    /// The towers of the script, with its generated weights.
    func clip(_ activation: CLIPConfiguration.Activation) throws -> CLIPModel {
        let vocabulary = try Vocabulary(merges: [])
        var configuration = CLIPConfiguration(
            patch: 8, trainedGrid: 4, visionWidth: 128, visionLayers: 8, embedding: 24, textWidth: 64)
        configuration.textLayers = 10
        configuration.vocabularySize = vocabulary.count
        configuration.activation = activation
        return try CLIPModel(
            configuration: configuration, weights: weights(), tokenizer: CLIPTokenizer(vocabulary: vocabulary))
    }

    /// Generated weights of the names and shapes that the towers of the reference have.
    private func weights() throws -> GeneratedWeights {
        try GeneratedWeights(listed: file.metadata["entries"])
    }

    /// The method's own weights, as its training saves them.
    func archive() throws -> Checkpoint { try Checkpoint.open(Fixture.path("\(name).pth")) }

    func picture(_ name: String = "pixels") throws -> Image {
        let pixels = try file.load(name)
        return Image(
            size: ImageSize(width: pixels.shape[1], height: pixels.shape[0]), pixels: pixels.values.map { UInt8($0) })
    }

    func texts() throws -> TextVectors {
        let texts = try file.load("texts").l2Normalized()
        return TextVectors(normal: texts.element(0), abnormal: texts.element(1))
    }

    func difference(_ actual: Tensor, _ name: String) throws -> TensorDifference {
        compare(actual, try file.load(name))
    }

    func difference(_ actual: ScoreMap, _ name: String) throws -> TensorDifference {
        try difference(Tensor(actual.values, shape: [actual.size.height, actual.size.width]), name)
    }

    func difference(_ actual: Float, _ name: String) throws -> TensorDifference {
        compare([actual], try file.load(name).values.map(Double.init))
    }
}
