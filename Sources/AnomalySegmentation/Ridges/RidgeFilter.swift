import Imaging
import Tensors

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

    /// For each pixel how bright (above 0) or dark a line it lies on, on the raster and scale of `luminance`. Beyond the
    /// border the picture is mirrored about the pixel edge.
    func responses(_ luminance: ScoreMap) -> [Float] {
        let filters = SparseFilters((0..<Self.directions).map(taps(inDirection:)))
        let blurred = GaussianBlur(sigma: Double(width) * Self.blur).applied(to: luminance)
        return filters.strongest(blurred.mirrored(margin: filters.reach)).values
    }

    /// Where the second difference across and the mean along a direction look, and with what weight; the magnitudes of the
    /// weights sum to 1.
    private func taps(inDirection index: Int) -> [SparseFilters.Tap] {
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
                SparseFilters.Tap(x: along.x, y: along.y, weight: 2 * weight),
                SparseFilters.Tap(x: along.x + across.x, y: along.y + across.y, weight: -weight),
                SparseFilters.Tap(x: along.x - across.x, y: along.y - across.y, weight: -weight),
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
    /// The values with a margin on all sides that mirrors them about the edges of the border pixels,
    /// `[height + 2 margin, width + 2 margin]`.
    fileprivate func mirrored(margin: Int) -> Tensor {
        let columns = (-margin..<size.width + margin).map { GaussianBlur.mirrored($0, count: size.width) }
        let height = size.height + 2 * margin
        return Tensor(uninitialized: [height, columns.count]) { padded in
            values.withUnsafeBufferPointer { values in
                for line in 0..<height {
                    let row = GaussianBlur.mirrored(line - margin, count: size.height) * size.width
                    for (index, column) in columns.enumerated() {
                        padded[line * columns.count + index] = values[row + column]
                    }
                }
            }
        }
    }
}
