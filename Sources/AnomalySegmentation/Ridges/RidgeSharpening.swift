import Imaging
import NeuralNetwork

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Sharpens the final map by the picture's own lines:
/// `A'(x) = min(A(x) W(x) (max A / max(A W))^rho, 1)`.
struct RidgeSharpening {
    let configuration: RidgeConfiguration

    /// Makes A to A' in place: a large picture's map is in memory once. A stays where it is 0 everywhere, or not a number
    /// somewhere.
    ///
    /// - Parameters:
    ///   - map: A, at the picture's own size.
    ///   - detail: of the same picture.
    ///   - taps: at the root, for observers.
    func sharpen(_ map: inout ScoreMap, _ detail: PictureDetail, taps: ActivationTaps? = nil) {
        guard let before = map.range?.upperBound, before > 0 else { return }
        let weights = weights(map, detail, taps)
        var after: Float = 0
        map.values.withUnsafeBufferPointer { scores in
            weights.forEachRow(in: 0..<map.size.height) { y, row in
                for x in 0..<row.count { after = max(after, scores[y * row.count + x] * row[x]) }
            }
        }
        if after <= 0 { return }
        // Few pixels rise, and a score is no more than 1.
        map.multiply(by: weights, powf(before / after, configuration.peakWeight), atMost: max(before, 1))
    }

    /// W at the size of the map.
    private func weights(_ map: ScoreMap, _ detail: PictureDetail, _ taps: ActivationTaps?) -> ScoreRows {
        let raster = detail.luminance.size
        let small = raster == map.size ? map : ResizedMap(map, to: raster, antialias: true).map
        let weights = RidgeWeights(configuration: configuration).weights(detail.luminance, small)
            .handed(to: taps, "ridges.weights")
        return raster == map.size ? ScoreRows(weights) : ScoreRows(ResizedMap(weights, to: map.size))
    }
}
