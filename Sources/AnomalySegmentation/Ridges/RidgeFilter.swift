import Imaging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Finds lines of one width, bright or dark, in any direction.
///
/// In each of six directions it takes the second difference across a line, `2 B(x) - B(x - d) - B(x + d)`, of the blurred
/// brightness B, averaged along the line by a Gaussian; of the six answers the one with the largest magnitude stands. Such
/// oriented second derivatives are what ridge detectors use (Steger 1998; Freeman and Adelson 1991).
struct RidgeFilter {
    /// The standard deviation of a line's profile, pixels.
    let width: Float

    /// More directions find no more on the pictures that were tried.
    private static let directions = 6
    /// Of the blur, in widths: with the second difference it has about the line's width.
    private static let blur = 0.7
    /// From the middle of the line to what it is compared with, in widths.
    private static let offset = 1.5
    /// Standard deviation along the line, in widths; looked at one width apart, to twice that on both sides.
    private static let length: Float = 2
    private static let reach = 4

    /// One pixel of the sum, and its weight.
    private struct Tap {
        let x: Int
        let y: Int
        let weight: Float
    }

    /// For each pixel how bright (above 0) or dark a line it lies on, on the raster and scale of `luminance`. Beyond the
    /// border the picture is mirrored about the pixel edge.
    func responses(_ luminance: ScoreMap) -> [Float] {
        let size = luminance.size
        let directions = (0..<Self.directions).map(taps(inDirection:))
        let margin = directions.joined().reduce(0) { max($0, abs($1.x), abs($1.y)) }
        let padded = GaussianBlur(sigma: Double(width) * Self.blur).applied(to: luminance).mirrored(margin: margin)
        let stride = size.width + 2 * margin
        return [Float](unsafeUninitializedCapacity: size.pixelCount) { output, initialized in
            var sums = [Float](repeating: 0, count: size.width)
            padded.withUnsafeBufferPointer { padded in
                sums.withUnsafeMutableBufferPointer { sums in
                    for y in 0..<size.height {
                        let best = UnsafeMutableBufferPointer(
                            rebasing: output[y * size.width..<(y + 1) * size.width])
                        best.initialize(repeating: 0)
                        for taps in directions {
                            sums.update(repeating: 0)
                            for tap in taps {
                                Self.add(padded, (y + margin + tap.y) * stride + margin + tap.x, tap.weight, to: sums)
                            }
                            Self.keepStronger(sums, in: best)
                        }
                    }
                }
            }
            initialized = size.pixelCount
        }
    }

    private static func add(
        _ source: UnsafeBufferPointer<Float>, _ start: Int, _ weight: Float, to sums: UnsafeMutableBufferPointer<Float>
    ) {
        for x in 0..<sums.count { sums[x] += weight * source[start + x] }
    }

    private static func keepStronger(
        _ values: UnsafeMutableBufferPointer<Float>, in best: UnsafeMutableBufferPointer<Float>
    ) {
        for x in 0..<best.count where abs(values[x]) > abs(best[x]) { best[x] = values[x] }
    }

    /// Where the second difference across and the mean along a direction look, and with what weight; the magnitudes of the
    /// weights sum to 1.
    private func taps(inDirection index: Int) -> [Tap] {
        let angle = Double.pi * Double(index) / Double(Self.directions)
        let (cosine, sine) = (cos(angle), sin(angle))
        let across = (x: pixels(-sine * Self.offset), y: pixels(cosine * Self.offset))
        let heights = (-Self.reach...Self.reach).map { step in
            let distance = Float(step) / Self.length
            return expf(-distance * distance / 2)
        }
        let total = 4 * heights.reduce(0, +)
        return zip(-Self.reach...Self.reach, heights).flatMap { step, height in
            let along = (x: pixels(cosine * Double(step)), y: pixels(sine * Double(step)))
            let weight = height / total
            return [
                Tap(x: along.x, y: along.y, weight: 2 * weight),
                Tap(x: along.x + across.x, y: along.y + across.y, weight: -weight),
                Tap(x: along.x - across.x, y: along.y - across.y, weight: -weight),
            ]
        }
    }

    /// A distance in widths as whole pixels. Halves go outwards, also those that a cosine misses by its last bits.
    private func pixels(_ widths: Double) -> Int {
        let distance = widths * Double(width)
        let whole = Int(abs(distance) + 0.5 + 1e-4)
        return distance < 0 ? -whole : whole
    }
}

extension ScoreMap {
    /// The values with a margin on all sides that mirrors them about the edges of the border pixels, row by row.
    fileprivate func mirrored(margin: Int) -> [Float] {
        let columns = (-margin..<size.width + margin).map { GaussianBlur.mirrored($0, count: size.width) }
        var padded: [Float] = []
        padded.reserveCapacity(columns.count * (size.height + 2 * margin))
        for y in -margin..<size.height + margin {
            let row = GaussianBlur.mirrored(y, count: size.height) * size.width
            for x in columns { padded.append(values[row + x]) }
        }
        return padded
    }
}
