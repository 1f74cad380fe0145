import Imaging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How much each pixel keeps of its score, by the lines that it lies on.
///
/// For each width of line the pixels are put into bins by the response of ``RidgeFilter``, and each pixel gets the mean score
/// of its bin: where the map is high on dark lines by and large, a pixel on a dark line expects much. What a pixel expects, over the
/// largest that any expects, is one weight. The product over all widths, to the power gamma, is what the pixel keeps, and never
/// less than the floor.
struct RidgeWeights {
    let configuration: RidgeConfiguration

    /// A bin has as many pixels of the mean score besides its own: this share of all pixels.
    private static let priorShare: Float = 2e-4
    /// The largest expected score is that of this quantile, so that few odd pixels do not lower all others, and those above
    /// it rise by no more than `mostRise`.
    private static let peakQuantile = 0.995
    private static let mostRise: Float = 1.2

    /// The weights on the raster of `detail`.
    ///
    /// - Parameter scores: on the same raster, none below 0.
    func weights(_ detail: PictureDetail, _ scores: ScoreMap) -> ScoreMap {
        var product = [Float](repeating: 1, count: scores.size.pixelCount)
        for width in configuration.widths {
            let expected = expected(detail.ridgeBins(ofWidth: width), scores).values
            let peak = expected.value(atRank: Int(Self.peakQuantile * Double(expected.count - 1)))
            if peak <= 0 { continue }
            for index in product.indices { product[index] *= min(expected[index] / peak, Self.mostRise) }
        }
        return ScoreMap(
            size: scores.size,
            values: product.map { max(powf(max($0, 0), configuration.exponent), configuration.floor) })
    }

    /// The mean score of each pixel's bin, the bins and then the pixels smoothed by one.
    private func expected(_ bins: [UInt8], _ scores: ScoreMap) -> ScoreMap {
        var counts = [Float](repeating: 0, count: PictureDetail.ridgeBins)
        var sums = [Double](repeating: 0, count: PictureDetail.ridgeBins)
        for (bin, score) in zip(bins, scores.values) {
            counts[Int(bin)] += 1
            sums[Int(bin)] += Double(score)
        }
        let mean = Float(sums.reduce(0, +) / Double(bins.count))
        let prior = Self.priorShare * Float(bins.count)
        let means = zip(Self.smoothed(sums.map { Float($0) }), Self.smoothed(counts)).map { sum, count in
            (sum + prior * mean) / (count + prior)
        }
        return GaussianBlur(sigma: 1).applied(to: ScoreMap(size: scores.size, values: bins.map { means[Int($0)] }))
    }

    private static func smoothed(_ values: [Float]) -> [Float] {
        GaussianBlur(sigma: 1)
            .applied(to: ScoreMap(size: ImageSize(width: values.count, height: 1), values: values)).values
    }
}
