import CLIP
import NeuralNetwork
import Tensors
import WeightIdentity

/// The producer that a configuration names, with its own weights where it has some.
struct ChosenProducer {
    let producer: any AnomalyMapProducer
    /// Text vectors that hold for every object; nil where sentences make them.
    let vectors: TextVectors?

    /// - Throws: ``AnomalySegmentationError`` for values that do not fit the model, weights that are missing, not
    ///   needed or of something else.
    init(
        _ configuration: AnomalyMapConfiguration, clip: CLIPModel, weights: (any TensorSource)?
    ) throws(AnomalySegmentationError) {
        switch (configuration.producer, weights) {
        case (.dense(let patches, let featureSurgery), nil):
            producer = try DenseMapProducer(
                clip: clip, patches: patches, featureSurgery: featureSurgery, configuration: configuration)
            vectors = nil
        case (.windows(let sides, let includesPicture), nil):
            producer = try WindowMapProducer(
                clip: clip, sides: sides, includesPicture: includesPicture, configuration: configuration)
            vectors = nil
        case (.adapters(let layers), let weights?):
            let adapters = try Self.reading(weights, .aprilGANAdapters, for: configuration.producer) {
                weights throws(WeightError) in try PatchAdapters(weights, for: clip.configuration)
            }
            producer = try AdapterMapProducer(
                clip: clip, adapters: adapters, layers: layers, configuration: configuration)
            vectors = nil
        case (.learntPrompts(let patches), let weights?):
            producer = try DenseMapProducer(clip: clip, patches: patches, configuration: configuration)
            let prompts = try Self.reading(weights, .anomalyCLIPPrompts, for: configuration.producer) {
                weights throws(WeightError) in try LearntPrompts(weights, for: clip.configuration)
            }
            vectors = try prompts.vectors(by: clip)
        case (.adapters, nil), (.learntPrompts, nil): throw .missingMapWeights(configuration.producer)
        case (.dense, _?), (.windows, _?): throw .unneededMapWeights(configuration.producer)
        }
    }

    private static func reading<Value>(
        _ weights: any TensorSource, _ family: WeightFamily, for producer: AnomalyMapConfiguration.Producer,
        _ body: (any TensorSource) throws(WeightError) -> Value
    ) throws(AnomalySegmentationError) -> Value {
        let found = WeightFamily(of: weights)
        if found != family { throw .otherMapWeights(found: found, producer: producer) }
        do {
            return try body(UnwrappedWeights(weights))
        } catch {
            throw .unusableMapWeights(error)
        }
    }
}
