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
        let raster = detail.luminance.size
        let small = raster == map.size ? map : ResizedMap(map, to: raster, antialias: true).map
        guard let before = small.range?.upperBound, before > 0 else { return }
        let weights = RidgeWeights(configuration: configuration).weights(detail, small)
            .handed(to: taps, "ridges.weights")
        // Both peaks on the raster: a large picture is gone over once.
        let after = zip(small.values, weights.values).reduce(0) { max($0, $1.0 * $1.1) }
        if after <= 0 { return }
        map.multiply(
            by: raster == map.size ? ScoreRows(weights) : ScoreRows(ResizedMap(weights, to: map.size)),
            powf(before / after, configuration.peakWeight), atMost: 1)
    }
}
