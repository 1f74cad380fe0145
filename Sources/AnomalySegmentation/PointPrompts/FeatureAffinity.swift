import Imaging
import SegmentAnything
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Smooths S over cells that SAM's features find alike.
///
/// `p_i = sum_j softmax_j(cos(f_i, f_j) / tau) s_j` for the cells i and j on the picture, where f are SAM's features, less
/// their mean over the picture where points are compared so, and s is S at the cells' centres. All p are then multiplied by `(max s / max p)^rho`.
/// **Complexity:** cells^2 x channels multiply-adds; 4,096 cells of 256 channels for a square picture.
struct FeatureAffinity {
    let features: CoFeatureSimilarity
    let configuration: AffinityConfiguration

    /// Rows of weights that are in memory at once.
    private static let band = 512

    /// S smoothed, on its own raster; S itself where the features tell nothing apart.
    ///
    /// - Parameter scores: S on a raster that covers the picture.
    func smoothed(_ scores: ScoreMap) -> ScoreMap {
        let grid = features.sampled(scores)
        let means = weighted(grid)
        guard let before = ScoreMap.range(of: grid), let after = ScoreMap.range(of: means),
            after.upperBound > 0, after.upperBound - after.lowerBound >= HeatMap.flatRange
        else { return scores }
        let scale = powf(before.upperBound / after.upperBound, configuration.peakWeight)
        return features.spread(means.map { min($0 * scale, before.upperBound) }, over: scores.size)
    }

    /// p before it is scaled, `[cells]`.
    private func weighted(_ grid: [Float]) -> [Float] {
        let cells = features.unitCells
        let column = Tensor(grid, shape: [grid.count, 1])
        var means: [Float] = []
        means.reserveCapacity(grid.count)
        for first in stride(from: 0, to: grid.count, by: Self.band) {
            let rows = cells.sliced(axis: 0, first..<min(first + Self.band, grid.count))
            let weights = (rows.matrixProduct(cells, transposingOther: true) / configuration.temperature).softmax()
            means += weights.matrixProduct(column).values
        }
        return means
    }
}

extension ScoreMap {
    /// Smallest and largest of some values; nil without one, or with one that is not a number.
    fileprivate static func range(of values: [Float]) -> ClosedRange<Float>? {
        ScoreMap(size: ImageSize(width: values.count, height: 1), values: values).range
    }
}
