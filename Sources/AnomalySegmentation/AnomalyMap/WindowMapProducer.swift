import CLIP
import NeuralNetwork
import Tensors

/// Windows of a few patches, each through the whole image tower and against the text; no training.
///
/// A patch's score for one size of windows is the harmonic mean over the windows that hold it: one normal window around
/// it is enough to make it low. The sizes, and the picture as a whole, are averaged harmonically again.
///
/// **Matches:** anomalib's WinCLIP (Jeong et al. 2023) without reference pictures.
struct WindowMapProducer: AnomalyMapProducer {
    let input: MapInput
    private let windowSides: [Int]
    private let includesPicture: Bool

    /// Below this a score counts as this, so that its inverse stays finite.
    private static let leastScore = 1e-12

    /// - Parameters:
    ///   - sides: of the windows, in patches.
    ///   - includesPicture: whether the score of the whole picture counts in every place, as one more size.
    /// - Throws: ``AnomalySegmentationError`` for a size that this image tower does not have, or a window larger than the
    ///   smallest grid.
    init(
        clip: CLIPModel, sides: [Int], includesPicture: Bool, configuration: AnomalyMapConfiguration
    ) throws(AnomalySegmentationError) {
        input = try MapInput(clip: clip, configuration: configuration)
        windowSides = sides
        self.includesPicture = includesPicture
        let patches = (input.sides.min() ?? 0) / clip.configuration.patch
        for side in windowSides where side > patches { throw .windowTooLarge(side, patches: patches) }
    }

    /// One grid a size.
    func grids(
        of features: some PictureFeatures, between vectors: TextVectors, taps: ActivationTaps?
    ) throws(CLIPError) -> [GridMap] {
        let similarity = PatchTextSimilarity(vectors: vectors, logitScale: input.logitScale)
        return try input.sides.enumerated().map { index, side throws(CLIPError) in
            let features = try features.windows(
                WindowRequest(
                    side: side, view: input.views[index], positions: input.clip.configuration.positionResampling,
                    windows: windowSides))
            let clipScore = similarity.abnormalProbability(features.classToken)
            var inverses = features.scales.map { scale in
                Self.meanInverses(
                    similarity.abnormalProbabilities(scale.windows).values, side: scale.side,
                    gridHeight: features.gridHeight, gridWidth: features.gridWidth)
            }
            let patches = features.gridHeight * features.gridWidth
            if includesPicture { inverses.append([Double](repeating: Self.inverse(clipScore), count: patches)) }
            let map = (0..<patches).map { patch in
                Float(Double(inverses.count) / inverses.reduce(0) { $0 + $1[patch] })
            }
            return GridMap(
                probabilities: Tensor(map, shape: [features.gridHeight, features.gridWidth]), clipScore: clipScore
            ).handed(to: taps, "inputs.\(index)")
        }
    }

    var denseRequests: [DenseRequest] { [] }

    var activations: [NamedShape] {
        input.sides.enumerated().map { NamedShape("inputs.\($0)", input.grid($1)) }
    }

    /// For each patch the mean of `1 / score` over the windows that hold it.
    static func meanInverses(_ scores: [Float], side: Int, gridHeight: Int, gridWidth: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: gridHeight * gridWidth)
        var counts = [Double](repeating: 0, count: gridHeight * gridWidth)
        let across = gridWidth - side + 1
        for (window, score) in scores.enumerated() {
            let (top, left) = (window / across, window % across)
            for patch in 0..<side * side {
                let place = (top + patch / side) * gridWidth + left + patch % side
                sums[place] += inverse(score)
                counts[place] += 1
            }
        }
        return zip(sums, counts).map { $0 / $1 }
    }

    private static func inverse(_ score: Float) -> Double { 1 / max(Double(score), leastScore) }
}
