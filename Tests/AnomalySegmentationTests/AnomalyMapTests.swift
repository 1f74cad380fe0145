import Imaging
import Tensors
import Testing

@testable import AnomalySegmentation

@Suite("Anomaly map")
struct AnomalyMapTests {
    private func grid(_ values: [Float], _ rows: Int, _ columns: Int, score: Float = 0.5) -> GridMap {
        GridMap(probabilities: Tensor(values, shape: [rows, columns]), clipScore: score)
    }

    @Test("a grid is enlarged, then resized to the picture, on its own scale")
    func sizes() throws {
        let map = try AnomalyMap(
            grids: [grid([0.2, 0.6, 0.2, 0.6], 2, 2, score: 0.3)], picture: ImageSize(width: 8, height: 2),
            configuration: AnomalyMapConfiguration {
                $0.side = 16
                $0.smoothing = 0
            })
        #expect(map.squareMap.size == ImageSize(width: 16, height: 16))
        #expect(map.pictureMap.size == ImageSize(width: 8, height: 2) && map.clipScore == 0.3)
        // Columns of 16: (x + 0.5) / 8 - 0.5 of the way from one cell to the other.
        for x in 0..<16 {
            let share = min(max((Float(x) + 0.5) / 8 - 0.5, 0), 1)
            #expect(abs(map.squareMap[x: x, y: 7] - (0.2 + 0.4 * share)) < 1e-6)
        }
        #expect(map.pictureMap[x: 0, y: 0] == 0.2 && map.pictureMap[x: 7, y: 1] == 0.6)
    }

    @Test("several grids are averaged, map and score")
    func average() throws {
        let map = try AnomalyMap(
            grids: [grid([0.1], 1, 1, score: 0.2), grid([Float](repeating: 0.5, count: 6), 2, 3, score: 0.8)],
            picture: ImageSize(width: 5, height: 5), configuration: AnomalyMapConfiguration { $0.side = 16 })
        #expect(map.squareMap.values.allSatisfy { abs($0 - 0.3) < 1e-6 })
        #expect(abs(map.clipScore - 0.5) < 1e-6)
    }

    @Test("smoothing keeps the mean")
    func smoothing() throws {
        let grids = [grid((0..<16).map { $0 == 5 ? 1 : 0 }, 4, 4)]
        let picture = ImageSize(width: 16, height: 16)
        func map(_ sigma: Float) throws -> AnomalyMap {
            try AnomalyMap(
                grids: grids, picture: picture,
                configuration: AnomalyMapConfiguration {
                    $0.side = 16
                    $0.smoothing = sigma
                })
        }
        func sum(_ map: ScoreMap) -> Float { map.values.reduce(0, +) }
        #expect(try abs(sum(map(0).squareMap) - sum(map(2).squareMap)) < 1e-3)
        #expect(try (map(2).squareMap.range?.upperBound ?? 1) < (map(0).squareMap.range?.upperBound ?? 0))
    }

    @Test("a patch on the abnormal text scores high, between the texts one half")
    func similarity() {
        let vectors = TextVectors(
            normal: Tensor([1, 0], shape: [2]), abnormal: Tensor([0, 1], shape: [2]))
        let found = PatchTextSimilarity(vectors: vectors, logitScale: 2)
            .abnormalProbabilities(Tensor([0, 5, 3, 0, 1, 1], shape: [3, 2])).values
        let high = 1 / (1 + Scene.exponential(-2))
        #expect(abs(found[0] - high) < 1e-6 && abs(found[1] - (1 - high)) < 1e-6 && abs(found[2] - 0.5) < 1e-6)
    }
}
