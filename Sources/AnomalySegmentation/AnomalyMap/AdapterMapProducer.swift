public import CLIP
public import Imaging
import NeuralNetwork
import Tensors

/// Patches of several blocks, each through its trained adapter, against the text.
///
/// The patches are the residual stream as it is, without the last norm. Logits are enlarged, then made probabilities, so
/// each block is a grid of its own.
///
/// **Matches:** APRIL-GAN's zero-shot test (Chen et al. 2023), whose sum over the blocks is a mean here.
public struct AdapterMapProducer: AnomalyMapProducer {
    private let input: MapInput
    private let adapters: PatchAdapters
    private let layers: [Int]

    /// - Throws: ``AnomalySegmentationError`` for a layer or a size that this image tower does not have, or for another
    ///   number of layers than of adapters.
    public init(
        clip: CLIPModel, adapters: PatchAdapters, configuration: AnomalyMapConfiguration
    ) throws(AnomalySegmentationError) {
        input = try MapInput(clip: clip, configuration: configuration)
        self.adapters = adapters
        let (count, blocks) = (adapters.layers.count, clip.configuration.visionLayers)
        let evenly = (1...count).map { $0 * blocks / count }
        layers = try input.layers(configuration.layers.isEmpty ? evenly : configuration.layers)
        if layers.count != count { throw .adapterCount(count, layers: layers.count) }
    }

    /// One grid a size and block.
    public func grids(for image: Image, between vectors: TextVectors) throws -> [GridMap] {
        let similarity = PatchTextSimilarity(vectors: vectors, logitScale: input.logitScale)
        return try input.sides.flatMap { side in
            let features = try input.clip.denseFeatures(input.pixels(image, side: side), layers: layers)
            let whole = similarity.abnormalProbabilities(features.classToken.expanded(axis: 0))[0]
            return zip(features.layers, adapters.layers).map { layer, adapter in
                GridMap(
                    logits: Tensor(
                        similarity.logits(adapter(layer.tokens)), shape: [features.gridHeight, features.gridWidth]),
                    pictureScore: whole)
            }
        }
    }
}
