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
        let blocks = (size.width + Self.block - 1) / Self.block
        let stride = blocks * Self.block + 2 * margin
        let padded = GaussianBlur(sigma: Double(width) * Self.blur).applied(to: luminance)
            .mirrored(margin: margin, stride: stride)
        let places = directions.map { $0.map { Place(start: ($0.y + margin) * stride + $0.x + margin, weight: $0.weight) } }
        return [Float](unsafeUninitializedCapacity: size.pixelCount) { output, initialized in
            nonisolated(unsafe) let output = output
            padded.withUnsafeBytes { padded in
                nonisolated(unsafe) let padded = padded
                ParallelRows.forEach(count: size.height, minimumPerTask: max(1, 16_384 / size.width)) { rows in
                    for y in rows {
                        for block in 0..<blocks {
                            let x = block * Self.block
                            let best = Self.strongest(padded, y * stride + x, places)
                            for lane in 0..<min(Self.block, size.width - x) {
                                output[y * size.width + x + lane] = best[lane]
                            }
                        }
                    }
                }
            }
            initialized = size.pixelCount
        }
    }

    /// Pixels that are computed together.
    private static let block = SIMD16<Float>.scalarCount

    /// A tap's place in the padded picture, for the pixel at 0.
    private struct Place {
        let start: Int
        let weight: Float
    }

    /// The answers with the largest magnitude for a block of pixels; of equal ones the first direction's.
    private static func strongest(
        _ padded: UnsafeRawBufferPointer, _ start: Int, _ directions: [[Place]]
    ) -> SIMD16<Float> {
        var best = SIMD16<Float>(repeating: 0)
        for places in directions {
            var sum = SIMD16<Float>(repeating: 0)
            for place in places {
                let values = padded.loadUnaligned(
                    fromByteOffset: (start + place.start) * MemoryLayout<Float>.stride, as: SIMD16<Float>.self)
                sum += place.weight * values
            }
            best.replace(with: sum, where: (sum * sum) .> (best * best))
        }
        return best
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
    /// The values with a margin on all sides, on the right as wide as `stride` asks for, that mirrors them about the edges of
    /// the border pixels: row by row, `stride` to each.
    fileprivate func mirrored(margin: Int, stride: Int) -> [Float] {
        let columns = (-margin..<stride - margin).map { GaussianBlur.mirrored($0, count: size.width) }
        var padded: [Float] = []
        padded.reserveCapacity(stride * (size.height + 2 * margin))
        for y in -margin..<size.height + margin {
            let row = GaussianBlur.mirrored(y, count: size.height) * size.width
            for x in columns { padded.append(values[row + x]) }
        }
        return padded
    }
}
