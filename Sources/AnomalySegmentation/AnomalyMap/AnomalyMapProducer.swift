import CLIP
import Imaging
import NeuralNetwork
import Tensors

/// What a producer says of a picture, patch by patch.
struct GridMap: Sendable {
    /// How the values are enlarged to a map.
    enum Scale: String, Hashable, Sendable {
        /// Probabilities, enlarged as they are, corners not aligned.
        case probability
        /// Logits of the abnormal text over the normal one, enlarged with corners aligned and then made probabilities.
        case logit
    }

    /// `[rows, columns]`.
    let values: Tensor
    let scale: Scale
    /// Probability of the abnormal text for the picture as a whole, 0...1.
    let clipScore: Float

    /// `[rows, columns]`: probability of the abnormal text, 0...1.
    var probabilities: Tensor { scale == .logit ? values.sigmoid() : values }

    /// - Precondition: `probabilities` has two axes.
    init(probabilities: Tensor, clipScore: Float) {
        self.init(values: probabilities, scale: .probability, clipScore: clipScore)
    }

    /// - Precondition: `logits` has two axes.
    init(logits: Tensor, clipScore: Float) { self.init(values: logits, scale: .logit, clipScore: clipScore) }

    private init(values: Tensor, scale: Scale, clipScore: Float) {
        require(values.shape.rank == 2, "GridMap takes [rows, columns], not \(values.shape)")
        self.values = values
        self.scale = scale
        self.clipScore = clipScore
    }

    /// The grid whose values an observer saw and may have replaced.
    func handed(to taps: ActivationTaps?, _ name: String) -> GridMap {
        taps.map { GridMap(values: $0(name, values), scale: scale, clipScore: clipScore) } ?? self
    }

    /// The probabilities on another raster, bilinear: `[height, width]`.
    func probabilities(height: Int, width: Int) -> Tensor {
        let resized = values.resizedBilinear(height: height, width: width, alignCorners: scale == .logit)
        return scale == .logit ? resized.sigmoid() : resized
    }
}

/// A way to place the parts of a picture between two texts.
protocol AnomalyMapProducer: Sendable {
    /// What it starts from.
    var input: MapInput { get }

    /// What it asks of CLIP's patches for each picture, a size at a time; empty for one that needs windows.
    var denseRequests: [DenseRequest] { get }

    /// One grid for each size, layer or method whose maps are to be averaged; at least one.
    ///
    /// - Parameter taps: at the map's place, for observers.
    func grids(
        of features: some PictureFeatures, between vectors: TextVectors, taps: ActivationTaps?
    ) throws(CLIPError) -> [GridMap]

    /// What observers see of the grids, with names from the map on.
    var activations: [NamedShape] { get }
}

extension AnomalyMapProducer {
    /// The grids of a picture that goes through CLIP now.
    func grids(
        for image: Image, between vectors: TextVectors, taps: ActivationTaps? = nil
    ) throws(CLIPError) -> [GridMap] {
        try grids(of: ComputedFeatures(clip: input.clip, image: image), between: vectors, taps: taps)
    }
}
