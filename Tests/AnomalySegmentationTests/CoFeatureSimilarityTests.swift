import Imaging
import SegmentAnything
import Tensors
import Testing

@testable import AnomalySegmentation

@Suite("Similarity of SAM's features")
struct CoFeatureSimilarityTests {
    /// The middle of a cell of 8 px, as `embeddingPosition` has it.
    private func middle(_ row: Int, _ column: Int) -> ImagePoint {
        ImagePoint(x: Double(column) * 8 + 3.5, y: Double(row) * 8 + 3.5)
    }

    @Test("a cell is alike itself and not its opposite")
    func cosines() throws {
        let embedding = Scene.embedding(side: 32) { channel, row, column in
            channel == 0 ? (row < 2 ? 3 : -2) : 0
        }
        let features = try CoFeatureSimilarity(embedding, centers: false)
        let grid = features.similarities(to: features.prototype(at: [middle(0, 1)]))
        #expect(grid.values == [Float](repeating: 1, count: 8) + [Float](repeating: -1, count: 8))
        #expect(grid.value(at: middle(0, 3)) == 1)
        #expect(abs(grid.value(at: ImagePoint(x: 3.5, y: 15.5))) < 1e-6)
    }

    @Test("centring takes out what all cells share")
    func centring() throws {
        // All cells share a large part; they differ in the second channel alone.
        let embedding = Scene.embedding(side: 32) { channel, row, _ in channel == 0 ? 100 : row < 2 ? 1 : -1 }
        let plain = try CoFeatureSimilarity(embedding, centers: false)
        let centred = try CoFeatureSimilarity(embedding, centers: true)
        let apart = plain.similarities(to: plain.prototype(at: [middle(0, 0)])).value(at: middle(3, 0))
        #expect(apart > 0.999)
        let other = centred.similarities(to: centred.prototype(at: [middle(0, 0)])).value(at: middle(3, 0))
        #expect(abs(other + 1) < 1e-6)
    }

    @Test("cells that see only padding count for nothing")
    func padding() throws {
        // A picture twice as wide as high fills the upper half of the square.
        let picture = ImageSize(width: 64, height: 32)
        func embedding(_ padding: Float) -> ImageEmbedding {
            Scene.embedding(side: 32, picture: picture) { channel, row, column in
                row >= 2 ? padding : Float(channel + column) - 1
            }
        }
        let quiet = try CoFeatureSimilarity(embedding(0), centers: true)
        let loud = try CoFeatureSimilarity(embedding(1000), centers: true)
        #expect(quiet.rows == 2 && quiet.columns == 4)
        let point = ImagePoint(x: 20, y: 31)
        let prototype = quiet.prototype(at: [point])
        #expect(prototype == loud.prototype(at: [point]) && prototype.allSatisfy { abs($0) > 0.1 })
    }

    @Test("the region's prototype weighs cells by the n they cover")
    func region() throws {
        let embedding = Scene.embedding(side: 16) { channel, _, column in channel == column ? 1 : 0 }
        let features = try CoFeatureSimilarity(embedding, centers: false)
        let heat = Scene.map(16, 16) { x, _ in x < 8 ? 0.3 : 0.4 }
        let all = Mask(size: heat.size, repeating: true)
        let prototype = features.prototype(of: all, heat: heat)
        #expect(abs(prototype[0] - 0.6) < 1e-5 && abs(prototype[1] - 0.8) < 1e-5)
    }

    @Test("a cell without direction is like nothing")
    func zeros() throws {
        let embedding = Scene.embedding(side: 16) { _, row, _ in row == 0 ? 1 : 0 }
        let features = try CoFeatureSimilarity(embedding, centers: false)
        let grid = features.similarities(to: features.prototype(at: [middle(0, 0)]))
        #expect(grid.values[2] == 0 && grid.values[0] > 0.999)
    }

    @Test("the order of the channels does not matter")
    func channels() throws {
        func value(_ channel: Int, _ row: Int, _ column: Int) -> Float {
            Float((channel * 7 + row * 3 + column * 5) % 11) - 5
        }
        let forward = try CoFeatureSimilarity(Scene.embedding(side: 32, channels: 3, value), centers: true)
        let backward = try CoFeatureSimilarity(
            Scene.embedding(side: 32, channels: 3) { value(2 - $0, $1, $2) }, centers: true)
        let point = ImagePoint(x: 13, y: 6)
        let left = forward.similarities(to: forward.prototype(at: [point])).values
        let right = backward.similarities(to: backward.prototype(at: [point])).values
        for (a, b) in zip(left, right) { #expect(abs(a - b) < 1e-5) }
    }

    @Test("features that are not numbers are refused", arguments: [Float.nan, .infinity])
    func notFinite(value: Float) {
        let embedding = Scene.embedding(side: 16) { channel, row, _ in channel == 1 && row == 1 ? value : 1 }
        #expect(throws: AnomalySegmentationError.featuresNotFinite) {
            try CoFeatureSimilarity(embedding, centers: true)
        }
    }
}
