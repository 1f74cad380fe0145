public import Imaging
import NeuralNetwork
import Tensors

/// S: how abnormal CLIP finds each part of a picture, on the absolute scale of its probabilities.
public struct AnomalyMap: Sendable {
    /// What the producer said, before any enlargement.
    let grids: [GridMap]
    /// S on the square raster on which points are found: enlarged, averaged over the grids, smoothed. 0...1.
    public let squareMap: ScoreMap
    /// S at the picture's own size, made where it is needed.
    let pictureRows: ScoreRows
    /// CLIP's score of the picture as a whole, 0...1; the mean over the grids.
    public let clipScore: Float
    /// The picture's brightness, for what sharpens the final map; nil where the picture is not there.
    let detail: PictureDetail?

    /// Enlarges (bilinear, each grid by the rule of its scale), averages, smooths on the square raster, then resizes to
    /// the picture (bilinear, corners not aligned).
    ///
    /// - Precondition: the picture holds a pixel.
    /// - Parameters:
    ///   - detail: of the same picture.
    ///   - taps: at the map's place, for observers.
    /// - Throws: ``AnomalySegmentationError/noGrids``.
    init(
        grids: [GridMap], picture: ImageSize, configuration: AnomalyMapConfiguration, detail: PictureDetail? = nil,
        taps: ActivationTaps? = nil
    ) throws(AnomalySegmentationError) {
        require(!picture.isEmpty, "AnomalyMap: a picture of \(picture) has no map")
        guard !grids.isEmpty else { throw .noGrids }
        squareMap = Self.squareMap(grids, configuration).handed(to: taps, "square")
        let rows = Self.rows(of: squareMap, picture: picture)
        pictureRows = taps?.asks("picture") == true ? ScoreRows(rows.map.handed(to: taps, "picture")) : rows
        clipScore = grids.reduce(0) { $0 + $1.clipScore } / Float(grids.count)
        self.grids = grids
        self.detail = detail
    }

    /// The same grids and score of the picture with another map on the square raster.
    init(_ other: AnomalyMap, squareMap: ScoreMap) {
        let picture = other.pictureRows.size
        self.squareMap = squareMap
        pictureRows = Self.rows(of: squareMap, picture: picture)
        clipScore = other.clipScore
        (grids, detail) = (other.grids, other.detail)
    }

    private static func rows(of squareMap: ScoreMap, picture: ImageSize) -> ScoreRows {
        squareMap.size == picture ? ScoreRows(squareMap) : ScoreRows(ResizedMap(squareMap, to: picture))
    }

    /// S at the picture's own size. Of a large picture it is made at each call.
    public var pictureMap: ScoreMap { pictureRows.map }

    /// ``squareMap`` alone.
    static func squareMap(_ grids: [GridMap], _ configuration: AnomalyMapConfiguration) -> ScoreMap {
        let side = configuration.side
        let mean = Tensor.mean(of: grids.map { $0.probabilities(height: side, width: side) })
        let blur = GaussianBlur(sigma: Double(configuration.smoothing))
        return blur.applied(to: ScoreMap(size: ImageSize(width: side, height: side), values: mean.values))
    }
}

extension Tensor {
    /// The mean of tensors of one shape, element by element.
    ///
    /// - Precondition: there is one.
    static func mean(of tensors: [Tensor]) -> Tensor {
        tensors.dropFirst().reduce(tensors[0], +) / Float(tensors.count)
    }
}
