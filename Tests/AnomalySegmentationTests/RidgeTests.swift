import Imaging
import TestSupport
import Testing

@testable import AnomalySegmentation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("The final map sharpened by lines of the picture")
struct RidgeTests {
    private let size = ImageSize(width: 72, height: 60)

    /// A surface with a little noise and a line of two pixels through its middle, at an angle.
    private func surface(line: Float, angle: Double = 0.6, seed: UInt64 = 3) -> ScoreMap {
        var generator = SeededGenerator(seed: seed)
        return Scene.map(size.width, size.height) { x, y in
            0.5 + Float.random(in: -0.01...0.01, using: &generator) + (isLine(x, y, angle) ? line : 0)
        }
    }

    private func isLine(_ x: Int, _ y: Int, _ angle: Double = 0.6) -> Bool {
        abs((Double(x) - 35.5) * sin(angle) - (Double(y) - 29.5) * cos(angle)) < 1.2
    }

    /// High around the middle, as wide as a few cells of CLIP.
    private var scores: ScoreMap {
        Scene.map(size.width, size.height) { x, y in
            0.1 + 0.6 * expf(-(powf(Float(x) - 35.5, 2) + powf(Float(y) - 29.5, 2)) / 400)
        }
    }

    private func sharpened(
        _ scores: ScoreMap, _ luminance: ScoreMap, _ change: (inout RidgeConfiguration) -> Void = { _ in }
    ) -> ScoreMap {
        var configuration = RidgeConfiguration()
        change(&configuration)
        var map = scores
        RidgeSharpening(configuration: configuration).sharpen(&map, PictureDetail(luminance: luminance))
        return map
    }

    @Test("lines of any direction are found, and bright ones are told from dark ones", arguments: [0, 0.6, 1.2, 2.5])
    func lines(angle: Double) {
        for (line, sign) in [(0.2, 1), (-0.2, -1)] as [(Float, Float)] {
            let found = RidgeFilter(width: 1.5).responses(surface(line: line, angle: angle)).map { sign * $0 }
            var (on, off): ([Float], [Float]) = ([], [])
            for y in 8..<52 {
                for x in 8..<64 {
                    let distance = abs((Double(x) - 35.5) * sin(angle) - (Double(y) - 29.5) * cos(angle))
                    if distance < 0.6 { on.append(found[y * size.width + x]) }
                    if distance > 8 { off.append(abs(found[y * size.width + x])) }
                }
            }
            #expect(on.min()! > 0.04 && off.max()! < 0.015, "\(angle) \(on.min()!) \(off.max()!)")
        }
    }

    @Test(
        "responses are the sums that are written down, in double precision",
        arguments: [0.5, 1.5, 2.5, 7] as [Float])
    func reference(width: Float) {
        let picture = surface(line: -0.3)
        let found = RidgeFilter(width: width).responses(picture)
        let expected = Self.plain(picture, width: Double(width))
        // Two directions may answer equally strongly, one bright and one dark.
        let worst = zip(found, expected).map { abs(abs(Double($0)) - abs($1)) }.max() ?? 0
        #expect(found.count == expected.count && worst < 1e-6, "\(worst)")
    }

    @Test("weights are the products that are written down, in double precision", arguments: [0, 0.6] as [Float])
    func referenceWeights(floor: Float) {
        var configuration = RidgeConfiguration()
        (configuration.exponent, configuration.floor) = (0.7, floor)
        let picture = surface(line: -0.3)
        let found = RidgeWeights(configuration: configuration).weights(PictureDetail(luminance: picture), scores)
        let expected = Self.plainWeights(picture, scores, configuration)
        #expect(zip(found.values, expected).allSatisfy { abs(Double($0) - $1) < 1e-4 })
        #expect(floor == 0 ? found.values.min()! < 0.5 : found.values.min()! == floor)
    }

    @Test("where the map is high on lines, pixels on lines keep their score and others lose some of it")
    func sharpening() throws {
        for line in [-0.2, 0.2] as [Float] {
            let found = sharpened(scores, surface(line: line))
            let (on, off) = (found[x: 35, y: 29], found[x: 45, y: 20])
            #expect(on / scores[x: 35, y: 29] > 1.3 * off / scores[x: 45, y: 20], "\(line)")
            let none = sharpened(scores, surface(line: line)) { $0.exponent = 0 }
            #expect(zip(none.values, scores.values).allSatisfy { abs($0 - $1) < 1e-6 })
        }
        let peaks = try [0, 0.5, 1].map { weight in
            try #require(sharpened(scores, surface(line: -0.2)) { $0.peakWeight = weight }.range?.upperBound)
        }
        let before = try #require(scores.range?.upperBound)
        #expect(peaks[0] < peaks[1] && peaks[1] < peaks[2] && abs(peaks[2] - before) < 1e-5)
    }

    @Test("scores stay within 0...1")
    func range() throws {
        let high = scores.map { min($0 * 1.4, 1) }
        for weight in [0, 0.5, 1] as [Float] {
            let range = try #require(sharpened(high, surface(line: -0.2)) { $0.peakWeight = weight }.range)
            #expect(range.lowerBound >= 0 && range.upperBound > 0.9 && range.upperBound <= 1, "\(range)")
        }
    }

    @Test("a picture without lines leaves the map as it is, and so does a map that is 0 or not a number")
    func nothing() {
        let smooth = ScoreMap(size: size, repeating: 0.4)
        #expect(zip(sharpened(scores, smooth).values, scores.values).allSatisfy { abs($0 - $1) < 1e-5 })
        let zeros = ScoreMap(size: size, repeating: 0)
        #expect(sharpened(zeros, surface(line: 0.2)) == zeros)
        var broken = scores
        broken[x: 3, y: 4] = .nan
        let kept = sharpened(broken, surface(line: 0.2))
        #expect(kept[x: 3, y: 4].isNaN && kept[x: 5, y: 5] == scores[x: 5, y: 5])
    }

    @Test(
        "pictures of any shape have a result of their own size",
        arguments: [(1, 1), (1, 700), (1300, 2), (3, 3), (700, 530)])
    func shapes(width: Int, height: Int) {
        let picture = ImageSize(width: width, height: height)
        let image = Image(
            size: picture, pixels: (0..<3 * picture.pixelCount).map { UInt8(truncatingIfNeeded: 37 * $0) })
        let detail = PictureDetail(image)
        #expect(max(detail.luminance.size.width, detail.luminance.size.height) <= 512)
        #expect(detail.luminance.values.allSatisfy { (0...1).contains($0) })
        let scores = Scene.map(width, height) { x, y in 0.2 + 0.5 / Float(1 + x + y) }
        var found = scores
        RidgeSharpening(configuration: RidgeConfiguration()).sharpen(&found, detail)
        #expect(found.size == picture && found.values.allSatisfy { $0 >= 0 && $0 <= 1 })
    }

    @Test("a width, power or share out of its range is refused by name")
    func mistakes() {
        func field(_ change: (inout RidgeConfiguration) -> Void) -> String? {
            var configuration = AnomalyConfiguration.default
            var ridges = RidgeConfiguration()
            change(&ridges)
            configuration.ridges = ridges
            do throws(AnomalySegmentationError) { try configuration.validate() } catch {
                if case .invalidConfiguration(let field, _, _) = error { return field }
            }
            return nil
        }
        #expect(field { _ in } == nil)
        for widths in [[], [0.1], [1, .nan], [40], [Float](repeating: 2, count: 9)] as [[Float]] {
            #expect(field { $0.widths = widths } == "ridges.widths")
        }
        #expect(field { $0.exponent = 5 } == "ridges.exponent")
        #expect(field { $0.floor = 1.1 } == "ridges.floor")
        #expect(field { $0.peakWeight = -0.1 } == "ridges.peakWeight")
    }

    // MARK: Plain twins

    private static func mirrored(_ index: Int, _ count: Int) -> Int {
        var index = index
        while !(0..<count).contains(index) { index = index < 0 ? -1 - index : 2 * count - 1 - index }
        return index
    }

    private static func blurred(_ values: [Double], _ size: ImageSize, _ sigma: Double) -> [Double] {
        let radius = Int(4 * sigma + 0.5)
        let weights = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
        let total = weights.reduce(0, +)
        func pass(_ values: [Double], _ dx: Int, _ dy: Int) -> [Double] {
            (0..<values.count).map { index in
                let (x, y) = (index % size.width, index / size.width)
                return zip(-radius...radius, weights).reduce(0) { sum, tap in
                    sum + tap.1 / total
                        * values[
                            mirrored(y + tap.0 * dy, size.height) * size.width + mirrored(x + tap.0 * dx, size.width)]
                }
            }
        }
        return pass(pass(values, 0, 1), 1, 0)
    }

    private static func plain(_ picture: ScoreMap, width: Double) -> [Double] {
        let size = picture.size
        let blur = blurred(picture.values.map(Double.init), size, 0.7 * width)
        let heights = (-4...4).map { exp(-Double($0 * $0) / 8) }
        let total = heights.reduce(0, +)
        func rounded(_ value: Double) -> Int { Int((value + (value < 0 ? -1e-4 : 1e-4)).rounded()) }
        return (0..<size.pixelCount).map { index in
            func value(_ dx: Int, _ dy: Int) -> Double {
                blur[
                    mirrored(index / size.width + dy, size.height) * size.width
                        + mirrored(index % size.width + dx, size.width)]
            }
            return (0..<6).map { direction in
                let angle = Double.pi * Double(direction) / 6
                let (nx, ny) = (rounded(-sin(angle) * 1.5 * width), rounded(cos(angle) * 1.5 * width))
                return zip(-4...4, heights).reduce(0) { sum, tap in
                    let x = rounded(cos(angle) * Double(tap.0) * width)
                    let y = rounded(sin(angle) * Double(tap.0) * width)
                    let difference = 2 * value(x, y) - value(x + nx, y + ny) - value(x - nx, y - ny)
                    return sum + tap.1 / total * difference / 4
                }
            }.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
        }
    }

    private static func plainWeights(
        _ picture: ScoreMap, _ scores: ScoreMap, _ configuration: RidgeConfiguration
    ) -> [Double] {
        var product = [Double](repeating: 1, count: picture.size.pixelCount)
        for width in configuration.widths {
            let found = plain(picture, width: Double(width))
            let limit = 3 * (found.map(abs).sorted()[found.count / 2] * 1.4826 + 1e-3)
            let bins = found.map { min(Int((min(max($0 / limit, -1), 1) + 1) / 2 * 24), 23) }
            var (counts, sums) = ([Double](repeating: 0, count: 24), [Double](repeating: 0, count: 24))
            for (bin, score) in zip(bins, scores.values) {
                counts[bin] += 1
                sums[bin] += Double(score)
            }
            let line = ImageSize(width: 24, height: 1)
            let (mean, prior) = (sums.reduce(0, +) / Double(found.count), 2e-4 * Double(found.count))
            let means = zip(blurred(sums, line, 1), blurred(counts, line, 1)).map {
                ($0 + prior * mean) / ($1 + prior)
            }
            let expected = blurred(bins.map { means[$0] }, picture.size, 1)
            let peak = expected.sorted()[Int(0.995 * Double(expected.count - 1))]
            for index in product.indices { product[index] *= min(expected[index] / peak, 1.2) }
        }
        return product.map { max(pow($0, Double(configuration.exponent)), Double(configuration.floor)) }
    }
}
