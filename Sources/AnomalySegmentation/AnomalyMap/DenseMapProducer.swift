import CLIP
import NeuralNetwork
import Tensors

/// Every patch of the image tower against the text: no training, plain or V-V attention.
///
/// **Matches:** CLIP Surgery and AnomalyCLIP's dual path for V-V, softmax on the grid before any enlargement.
struct DenseMapProducer: AnomalyMapProducer {
    let input: MapInput
    private let patches: PatchComparison
    private let featureSurgery: Bool
    private let attention: DenseAttention
    private let layers: [Int]

    /// - Parameter featureSurgery: whether what both texts have in common is taken away in place of a softmax.
    /// - Throws: ``AnomalySegmentationError`` for a layer or a size that this image tower does not have.
    init(
        clip: CLIPModel, patches: PatchComparison, featureSurgery: Bool = false, configuration: AnomalyMapConfiguration
    ) throws(AnomalySegmentationError) {
        input = try MapInput(clip: clip, configuration: configuration)
        self.patches = patches
        self.featureSurgery = featureSurgery
        let tower = clip.configuration
        layers = try input.layers(patches.layers.isEmpty ? [tower.visionLayers] : patches.layers)
        switch patches.attention {
        case .automatic where tower.comparesPatchesWithText, .ordinary: attention = .ordinary
        case .automatic, .valueValue(nil): attention = .inLastSix(of: tower.visionLayers)
        case .valueValue(let block?): attention = .valueValue(firstBlock: try input.layers([block])[0])
        }
    }

    /// One grid a size; layers are averaged within.
    func grids(
        of features: some PictureFeatures, between vectors: TextVectors, taps: ActivationTaps?
    ) throws(CLIPError) -> [GridMap] {
        let similarity = PatchTextSimilarity(vectors: vectors, logitScale: input.logitScale)
        return try denseRequests.enumerated().map { index, request throws(CLIPError) in
            let features = try features.dense(request)
            let grid = [features.gridHeight, features.gridWidth]
            let maps = features.layers.map { layer in
                let scores =
                    featureSurgery
                    ? similarity.surgeryScores(layer.projected(), picture: features.classToken)
                    : similarity.abnormalProbabilities(layer.projected())
                let map = scores.reshaped(to: grid)
                return taps?("inputs.\(index).layers.\(layer.index)", map) ?? map
            }
            let whole = patches.pictureToken == .raw ? features.rawClassToken : features.classToken
            return GridMap(
                probabilities: .mean(of: maps), clipScore: similarity.abnormalProbability(whole)
            ).handed(to: taps, "inputs.\(index)")
        }
    }

    var denseRequests: [DenseRequest] { input.requests(layers: layers, attention: attention) }

    var activations: [NamedShape] {
        input.sides.enumerated().flatMap { index, side in
            (layers.map { ".layers.\($0)" } + [""]).map { NamedShape("inputs.\(index)\($0)", input.grid(side)) }
        }
    }
}
