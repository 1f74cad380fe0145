import Imaging
import SegmentAnything
import Tensors
import TestSupport
import Testing

@testable import AnomalySegmentation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("S smoothed over what SAM's features find alike")
struct FeatureAffinityTests {
    /// Two kinds of surface, left and right, and a defect that looks like neither; S knows half of the defect.
    private let embedding = Scene.embedding(side: 64, channels: 3) { channel, row, column in
        let kind = FeatureAffinityTests.isDefect(row, column) ? 2 : column < 4 ? 0 : 1
        return channel == kind ? 1 : 0.1
    }

    private static func isDefect(_ row: Int, _ column: Int) -> Bool { (2...5).contains(row) && column == 2 }

    /// S at the cells' centres: 0.8 in the upper half of the defect, noise elsewhere.
    private let scores = Scene.map(64, 64) { x, y in
        let (row, column) = (y / 8, x / 8)
        return FeatureAffinityTests.isDefect(row, column) && row < 4 ? 0.8 : (row + column) % 2 == 0 ? 0.1 : 0.3
    }

    private func smoothed(
        _ scores: ScoreMap, _ embedding: ImageEmbedding, temperature: Float = 0.08, peakWeight: Float = 1
    ) throws -> ScoreMap {
        var configuration = AffinityConfiguration()
        (configuration.temperature, configuration.peakWeight) = (temperature, peakWeight)
        return try FeatureAffinity(
            features: CoFeatureSimilarity(embedding, centers: true), configuration: configuration
        ).smoothed(scores)
    }

    @Test("cells that look alike get one score, the whole defect its part of it, and the peak stays")
    func alike() throws {
        let found = try smoothed(scores, embedding)
        func value(_ row: Int, _ column: Int) -> Float {
            (found[x: 8 * column + 3, y: 8 * row + 3] + found[x: 8 * column + 4, y: 8 * row + 4]) / 2
        }
        let peak = try #require(found.range?.upperBound)
        // Pixels lie beside the centres of cells, and between these the values are blends: some of the peak is lost.
        #expect(peak > 0.75 && peak <= 0.8)
        #expect(value(2, 2) > 0.7 && abs(value(3, 2) - value(4, 2)) < 0.01)
        let surface = [(0, 0), (0, 1), (7, 0), (6, 6), (6, 7)].map(value)
        #expect(surface.allSatisfy { abs($0 - surface[0]) < 0.02 && $0 < 0.4 }, "\(surface)")
    }

    @Test("it is the weighed mean that is written down, in double precision, on any raster and with padding")
    func reference() throws {
        let picture = ImageSize(width: 60, height: 37)
        var generator = SeededGenerator(seed: 7)
        let features = Scene.embedding(side: 64, picture: picture, channels: 5) { _, _, _ in
            Float.random(in: -1...1, using: &generator)
        }
        let map = ScoreMap(
            size: ImageSize(width: 50, height: 50),
            values: (0..<2500).map { _ in .random(in: 0...1, using: &generator) })
        for peakWeight in [0, 0.5, 1] as [Float] {
            let found = try smoothed(map, features, temperature: 0.3, peakWeight: peakWeight)
            let expected = Self.plain(map, features, temperature: 0.3, peakWeight: Double(peakWeight))
            #expect(zip(found.values, expected).allSatisfy { abs(Double($0) - $1) < 2e-6 }, "\(peakWeight)")
        }
    }

    @Test("without a difference between cells, S stays as it is")
    func plainFeatures() throws {
        #expect(try smoothed(scores, Scene.plainEmbedding(side: 64)) == scores)
        let zeros = ScoreMap(size: scores.size, repeating: 0)
        #expect(try smoothed(zeros, embedding) == zeros)
    }

    @Test("features that are no numbers are an error, and so is a temperature out of range")
    func mistakes() throws {
        let broken = Scene.embedding(side: 64) { _, row, _ in row == 3 ? .nan : 1 }
        #expect(throws: AnomalySegmentationError.featuresNotFinite) { try smoothed(scores, broken) }
        for temperature in [0, -1, .nan, 11] as [Float] {
            #expect(throws: AnomalySegmentationError.self) {
                try AnomalyConfiguration { $0.affinity?.temperature = temperature }.validate()
            }
        }
    }

    /// The definition, cell by cell and pixel by pixel.
    private static func plain(
        _ map: ScoreMap, _ embedding: ImageEmbedding, temperature: Double, peakWeight: Double
    ) -> [Double] {
        let (frame, shape) = (embedding.frame, embedding.features.shape)
        let (rows, columns, channels) = (frame.validRows, frame.validColumns, shape[0])
        var cells = (0..<rows * columns).map { cell in
            (0..<channels).map { Double(embedding.features[$0, cell / columns, cell % columns]) }
        }
        for channel in 0..<channels {
            let mean = cells.reduce(0) { $0 + $1[channel] } / Double(cells.count)
            for cell in cells.indices { cells[cell][channel] -= mean }
        }
        for cell in cells.indices {
            let length = cells[cell].reduce(0) { $0 + $1 * $1 }.squareRoot()
            cells[cell] = cells[cell].map { $0 / length }
        }
        /// Bilinear, clamped at the border; `at` reads one value.
        func read(_ x: Double, _ y: Double, _ width: Int, _ height: Int, _ at: (Int, Int) -> Double) -> Double {
            let (x, y) = (min(max(x, 0), Double(width - 1)), min(max(y, 0), Double(height - 1)))
            let (left, top) = (Int(x), Int(y))
            let (right, bottom) = (min(left + 1, width - 1), min(top + 1, height - 1))
            let (u, v) = (x - Double(left), y - Double(top))
            return (1 - v) * ((1 - u) * at(left, top) + u * at(right, top))
                + v * ((1 - u) * at(left, bottom) + u * at(right, bottom))
        }
        let (side, patch) = (map.size, Double(frame.patch))
        let grid = (0..<rows * columns).map { cell in
            let x =
                (patch * (Double(cell % columns) + 0.5) - 0.5) * Double(frame.original.width)
                / Double(frame.input.width)
            let y =
                (patch * (Double(cell / columns) + 0.5) - 0.5) * Double(frame.original.height)
                / Double(frame.input.height)
            return read(
                (x + 0.5) * Double(side.width) / Double(frame.original.width) - 0.5,
                (y + 0.5) * Double(side.height) / Double(frame.original.height) - 0.5, side.width, side.height
            ) { Double(map[x: $0, y: $1]) }
        }
        let means = cells.map { cell in
            let weights = cells.map { other in exp(zip(cell, other).reduce(0) { $0 + $1.0 * $1.1 } / temperature) }
            return zip(weights, grid).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
        }
        let scale = pow((grid.max() ?? 0) / (means.max() ?? 1), peakWeight)
        return (0..<side.pixelCount).map { index in
            let x = (Double(index % side.width) + 0.5) * Double(frame.original.width) / Double(side.width) - 0.5
            let y = (Double(index / side.width) + 0.5) * Double(frame.original.height) / Double(side.height) - 0.5
            return read(
                (x * Double(frame.input.width) / Double(frame.original.width) + 0.5) / patch - 0.5,
                (y * Double(frame.input.height) / Double(frame.original.height) + 0.5) / patch - 0.5, columns, rows
            ) { scale * means[$1 * columns + $0] }
        }
    }
}
