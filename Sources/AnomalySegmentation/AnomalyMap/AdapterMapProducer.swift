import CLIP
import NeuralNetwork
import Tensors

/// Patches of several blocks, each through its trained adapter, against the text.
///
/// The patches are the residual stream as it is, without the last norm. Logits are enlarged, then made probabilities, so
/// each block is a grid of its own.
///
/// **Matches:** APRIL-GAN's zero-shot test (Chen et al. 2023), whose sum over the blocks is a mean here.
struct AdapterMapProducer: AnomalyMapProducer {
    let input: MapInput
    private let adapters: PatchAdapters
    private let layers: [Int]

    /// - Parameter layers: blocks from 1, one for each adapter; empty: evenly over the tower.
    /// - Throws: ``AnomalySegmentationError`` for a layer or a size that this image tower does not have, or for another
    ///   number of layers than of adapters.
    init(
        clip: CLIPModel, adapters: PatchAdapters, layers: [Int], configuration: AnomalyMapConfiguration
    ) throws(AnomalySegmentationError) {
        input = try MapInput(clip: clip, configuration: configuration)
        self.adapters = adapters
        let (count, blocks) = (adapters.layers.count, clip.configuration.visionLayers)
        let evenly = (1...count).map { $0 * blocks / count }
        self.layers = try input.layers(layers.isEmpty ? evenly : layers)
        if self.layers.count != count { throw .adapterCount(count, layers: self.layers.count) }
    }

    /// One grid a size and block.
    func grids(
        of features: some PictureFeatures, between vectors: TextVectors, taps: ActivationTaps?
    ) throws(CLIPError) -> [GridMap] {
        let similarity = PatchTextSimilarity(vectors: vectors, logitScale: input.logitScale)
        let grids = try denseRequests.enumerated().map { index, request throws(CLIPError) in
            let features = try features.dense(request)
            let clipScore = similarity.abnormalProbability(features.classToken)
            return zip(features.layers, adapters.layers).map { layer, adapter in
                let logits = similarity.logits(adapter(layer.tokens))
                return GridMap(
                    logits: logits.reshaped(to: [features.gridHeight, features.gridWidth]), clipScore: clipScore
                ).handed(to: taps, "inputs.\(index).layers.\(layer.index)")
            }
        }
        return grids.flatMap { $0 }
    }

    var denseRequests: [DenseRequest] { input.requests(layers: layers) }

    var activations: [NamedShape] {
        input.sides.enumerated().flatMap { index, side in
            layers.map { NamedShape("inputs.\(index).layers.\($0)", input.grid(side)) }
        }
    }
}
