public import CLIP
public import Imaging
import Tensors

/// Every patch of the image tower against the text: no training, plain or V-V attention.
///
/// **Matches:** CLIP Surgery and AnomalyCLIP's dual path for V-V, softmax on the grid before any enlargement.
public struct DenseMapProducer: AnomalyMapProducer {
    private let input: MapInput
    private let configuration: AnomalyMapConfiguration
    private let attention: DenseAttention
    private let layers: [Int]

    /// - Throws: ``AnomalySegmentationError`` for a layer or a size that this image tower does not have.
    public init(clip: CLIPModel, configuration: AnomalyMapConfiguration) throws(AnomalySegmentationError) {
        input = try MapInput(clip: clip, configuration: configuration)
        self.configuration = configuration
        let blocks = clip.configuration.visionLayers
        layers = try input.layers(configuration.layers.isEmpty ? [blocks] : configuration.layers)
        let firstBlock = configuration.valueValueFirstBlock ?? max(1, blocks - 5)
        if firstBlock > blocks { throw .unknownLayer(firstBlock, layers: blocks) }
        switch configuration.attention {
        case .ordinary: attention = .ordinary
        case .valueValue: attention = .valueValue(firstBlock: firstBlock)
        case .automatic:
            attention =
                clip.configuration.comparesPatchesWithText ? .ordinary : .valueValue(firstBlock: firstBlock)
        }
    }

    /// One grid a size; layers are averaged within.
    public func grids(for image: Image, between vectors: TextVectors) throws -> [GridMap] {
        let similarity = PatchTextSimilarity(vectors: vectors, logitScale: input.logitScale)
        return try input.sides.map { side in
            let features = try input.clip.denseFeatures(
                input.pixels(image, side: side), layers: layers, attention: attention)
            let maps = features.layers.map { layer in
                configuration.featureSurgery
                    ? similarity.surgeryScores(layer.projected(), picture: features.classToken)
                    : similarity.abnormalProbabilities(layer.projected())
            }
            let mean = maps[0].indices.map { index in maps.reduce(0) { $0 + $1[index] } / Float(maps.count) }
            let whole = configuration.pictureToken == .raw ? features.rawClassToken : features.classToken
            return GridMap(
                probabilities: Tensor(mean, shape: [features.gridHeight, features.gridWidth]),
                pictureScore: similarity.abnormalProbabilities(whole.expanded(axis: 0))[0])
        }
    }
}
