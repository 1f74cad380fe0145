public import Imaging
import Tensors

/// S: how abnormal CLIP finds each part of a picture, on the absolute scale of its probabilities.
public struct AnomalyMap: Sendable {
    /// What the producer said, before any enlargement.
    public let grids: [GridMap]
    /// On the square raster on which points are found: enlarged, averaged over the grids, smoothed. 0...1.
    public let scores: ScoreMap
    /// The same at the picture's own size.
    public let pictureScores: ScoreMap
    /// CLIP's score of the picture as a whole, 0...1; the mean over the grids.
    public let pictureScore: Float

    /// Enlarges (bilinear, each grid by the rule of its scale), averages, smooths on the square raster, then resizes to
    /// the picture (bilinear, corners not aligned).
    ///
    /// - Precondition: there is a grid, and the picture holds a pixel.
    public init(grids: [GridMap], picture: ImageSize, configuration: AnomalyMapConfiguration) {
        precondition(!grids.isEmpty && !picture.isEmpty, "AnomalyMap: no grid, or an empty picture (\(picture))")
        let raster = ImageSize(width: configuration.side, height: configuration.side)
        let maps = grids.map { $0.probabilities(height: raster.height, width: raster.width).values }
        let count = Float(grids.count)
        let mean = (0..<raster.pixelCount).map { index in maps.reduce(0) { $0 + $1[index] } / count }
        let blur = GaussianBlur(sigma: Double(configuration.smoothing))
        scores = blur.applied(to: ScoreMap(size: raster, values: mean))
        let smoothed = Tensor(scores.values, shape: [raster.height, raster.width])
        pictureScores = ScoreMap(
            size: picture, values: smoothed.resizedBilinear(height: picture.height, width: picture.width).values)
        pictureScore = grids.reduce(0) { $0 + $1.pictureScore } / count
        self.grids = grids
    }
}
