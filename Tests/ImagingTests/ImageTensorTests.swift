import Imaging
import Tensors
import Testing

@Suite struct ImageTensorTests {
    @Test("normalising puts channels first and divides by the deviation")
    func normalisation() {
        let image = Image(size: ImageSize(width: 2, height: 1), pixels: [0, 51, 255, 102, 153, 204])
        let tensor = image.normalizedTensor(mean: [0, 0.5, 0.25], standardDeviation: [1, 0.5, 2])
        #expect(tensor.shape == [3, 1, 2])
        let expected: [Float] = [0, 0.4, -0.6, 0.2, 0.375, 0.275]
        for (own, other) in zip(tensor.values, expected) { #expect(abs(own - other) < 1e-6) }
    }

    @Test("a map goes to a tensor and back, height before width")
    func roundTrip() {
        let map = ScoreMap(size: ImageSize(width: 3, height: 2), values: [1, 2, 3, 4, 5, 6])
        #expect(map.tensor.shape == [2, 3])
        #expect(ScoreMap(map.tensor) == map)
    }

    @Test("a map resizes bilinearly with corners not aligned")
    func resize() {
        let map = ScoreMap(size: ImageSize(width: 2, height: 1), values: [0, 1])
        let wide = map.resized(to: ImageSize(width: 4, height: 2))
        #expect(wide.values == [0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1])
        let narrow = map.resized(to: ImageSize(width: 1, height: 1), antialias: true)
        #expect(narrow.values == [0.5])
    }
}
