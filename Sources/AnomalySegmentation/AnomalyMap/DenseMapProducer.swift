import CLIP
import Imaging
import Tensors

/// Every patch of the image tower against the text: no training, plain or V-V attention.
///
/// **Matches:** CLIP Surgery and AnomalyCLIP's dual path for V-V, softmax on the grid before any enlargement.
public struct DenseMapProducer: AnomalyMapProducer {
    private let clip: CLIPModel
    private let configuration: AnomalyMapConfiguration
    private let attention: DenseAttention
    private let layers: [Int]
    private let sides: [Int]

    /// - Throws: ``AnomalySegmentationError`` for a layer or a size that this image tower does not have.
    public init(clip: CLIPModel, configuration: AnomalyMapConfiguration) throws(AnomalySegmentationError) {
        self.clip = clip
        self.configuration = configuration
        let tower = clip.configuration
        let blocks = tower.visionLayers
        layers = configuration.layers.isEmpty ? [blocks] : configuration.layers
        sides = configuration.sides(modelSide: tower.imageSize, patch: tower.patch)
        for layer in layers where layer > blocks { throw .unknownLayer(layer, layers: blocks) }
        for side in sides where side % tower.patch != 0 { throw .unusableInputSide(side, patch: tower.patch) }
        let firstBlock = configuration.valueValueFirstBlock ?? max(1, blocks - 5)
        if firstBlock > blocks { throw .unknownLayer(firstBlock, layers: blocks) }
        switch configuration.attention {
        case .ordinary: attention = .ordinary
        case .valueValue: attention = .valueValue(firstBlock: firstBlock)
        case .automatic:
            attention = tower.comparesPatchesWithText ? .ordinary : .valueValue(firstBlock: firstBlock)
        }
    }

    /// One grid a size; layers are averaged within.
    public func grids(for image: Image, between vectors: TextVectors) throws -> [GridMap] {
        let similarity = PatchTextSimilarity(
            vectors: vectors, logitScale: configuration.logitScale ?? clip.logitScale)
        return try sides.map { side in
            let pixels = clip.configuration.preparation(for: image, size: side)
            let features = try clip.denseFeatures(pixels.expanded(axis: 0), layers: layers, attention: attention)
            let maps = features.layers.map { similarity.abnormalProbabilities($0.projected) }
            let mean = maps[0].indices.map { index in maps.reduce(0) { $0 + $1[index] } / Float(maps.count) }
            return GridMap(
                probabilities: Tensor(mean, shape: [features.gridHeight, features.gridWidth]),
                pictureScore: similarity.abnormalProbabilities(features.classToken.expanded(axis: 0))[0])
        }
    }
}
