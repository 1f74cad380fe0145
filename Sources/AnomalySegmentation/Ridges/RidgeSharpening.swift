import Imaging
import NeuralNetwork

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Sharpens the final map by the picture's own lines: `A'(x) = A(x) W(x) (max A / max(A W))^rho`.
struct RidgeSharpening {
    let configuration: RidgeConfiguration

    /// A'; A itself where it is 0 everywhere, or not a number somewhere.
    ///
    /// - Parameters:
    ///   - map: A, at the picture's own size.
    ///   - detail: of the same picture.
    ///   - taps: at the root, for observers.
    func sharpened(_ map: ScoreMap, _ detail: PictureDetail, taps: ActivationTaps? = nil) -> ScoreMap {
        guard let before = map.range?.upperBound, before > 0 else { return map }
        let rows = weights(map, detail, taps)
        var after: Float = 0
        map.values.withUnsafeBufferPointer { scores in
            rows.forEachRow(in: 0..<map.size.height) { y, row in
                for x in 0..<row.count { after = max(after, scores[y * map.size.width + x] * row[x]) }
            }
        }
        if after <= 0 { return map }
        let scale = powf(before / after, configuration.peakWeight)
        return ScoreMap(
            size: map.size,
            values: [Float](unsafeUninitializedCapacity: map.size.pixelCount) { output, initialized in
                map.values.withUnsafeBufferPointer { scores in
                    rows.forEachRow(in: 0..<map.size.height) { y, row in
                        for x in 0..<row.count {
                            let index = y * map.size.width + x
                            output[index] = scores[index] * row[x] * scale
                        }
                    }
                }
                initialized = map.size.pixelCount
            })
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
