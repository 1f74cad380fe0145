import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Gaussian smoothing of a score map.
///
/// The kernel reaches `Int(truncation * sigma + 0.5)` pixels to each side and sums to 1. Beyond the border the map is
/// mirrored about the pixel edge, so the border pixel appears twice and the mean is kept.
///
/// **Matches:** `scipy.ndimage.gaussian_filter` with `mode="reflect"` (sums in Double, Float between the passes).
public struct GaussianBlur: Sendable {
    /// Standard deviation in pixels of the map.
    public let sigma: Double
    /// Where the kernel is cut, in standard deviations.
    public let truncation: Double

    /// - Precondition: both values are finite and not negative.
    public init(sigma: Double, truncation: Double = 4) {
        require(
            sigma >= 0 && sigma.isFinite && truncation >= 0 && truncation.isFinite,
            "GaussianBlur: sigma \(sigma) and truncation \(truncation) must be finite and not negative")
        self.sigma = sigma
        self.truncation = truncation
    }

    /// The smoothed map. A sigma too small to reach the next pixel returns the map as it is.
    public func applied(to map: ScoreMap) -> ScoreMap {
        let weights = halfKernel
        if weights.count == 1 || map.size.isEmpty { return map }
        let (width, height) = (map.size.width, map.size.height)
        let tall = Self.acrossRows(map.values, width: width, height: height, weights: weights)
        let wide = Self.acrossColumns(tall, width: width, height: height, weights: weights)
        return ScoreMap(size: map.size, values: wide)
    }

    /// The weights at distance 0, 1, ... from the centre.
    private var halfKernel: [Double] {
        let radius = Int(truncation * sigma + 0.5)
        if radius == 0 { return [1] }
        let heights = (0...radius).map { exp(-0.5 / (sigma * sigma) * Double($0 * $0)) }
        let total = 2 * heights.dropFirst().reduce(0, +) + heights[0]
        return heights.map { $0 / total }
    }

    /// The index inside `0..<count` that `index` is mirrored to, about the pixel edges, as often as it takes.
    package static func mirrored(_ index: Int, count: Int) -> Int {
        let period = 2 * count
        let folded = ((index % period) + period) % period
        return folded < count ? folded : period - 1 - folded
    }

    private static func acrossRows(_ values: [Float], width: Int, height: Int, weights: [Double]) -> [Float] {
        [Float](unsafeUninitializedCapacity: values.count) { output, initialized in
            var sums = [Double](repeating: 0, count: width)
            // A whole row at a time: memory is read in order and the inner loop vectorises.
            values.withUnsafeBufferPointer { values in
                sums.withUnsafeMutableBufferPointer { sums in
                    for y in 0..<height {
                        for x in 0..<width { sums[x] = Double(values[y * width + x]) * weights[0] }
                        for distance in 1..<weights.count {
                            let above = mirrored(y - distance, count: height) * width
                            let below = mirrored(y + distance, count: height) * width
                            let weight = weights[distance]
                            for x in 0..<width {
                                sums[x] += (Double(values[above + x]) + Double(values[below + x])) * weight
                            }
                        }
                        for x in 0..<width { output[y * width + x] = Float(sums[x]) }
                    }
                }
            }
            initialized = values.count
        }
    }

    private static func acrossColumns(_ values: [Float], width: Int, height: Int, weights: [Double]) -> [Float] {
        let reach = weights.count - 1
        let sources = (-reach..<width + reach).map { mirrored($0, count: width) }
        return [Float](unsafeUninitializedCapacity: values.count) { output, initialized in
            var padded = [Double](repeating: 0, count: width + 2 * reach)
            values.withUnsafeBufferPointer { values in
                padded.withUnsafeMutableBufferPointer { padded in
                    for y in 0..<height {
                        for index in 0..<padded.count { padded[index] = Double(values[y * width + sources[index]]) }
                        for x in 0..<width {
                            var sum = padded[x + reach] * weights[0]
                            for distance in 1...reach {
                                sum += (padded[x + reach - distance] + padded[x + reach + distance]) * weights[distance]
                            }
                            output[y * width + x] = Float(sum)
                        }
                    }
                }
            }
            initialized = values.count
        }
    }
}
