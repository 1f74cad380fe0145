import Tensors
import TestSupport
import Testing

@Suite("finite numbers")
struct FiniteTests {
    @Test("every infinite number and every one that is none is counted, wherever it stands")
    func counted() {
        var generator = SeededGenerator(seed: 12)
        for count in [0, 1, 15, 16, 17, 8191, 8192, 8193, 200_000] {
            var values = (0..<count).map { _ in Float.random(in: -9...9, using: &generator) }
            #expect(Tensor(values, shape: [count]).nonFiniteCount == 0)
            #expect(Tensor(values, shape: [count]).isFinite)
            for (damaged, value) in [Float.nan, .infinity, -.infinity, -.nan].enumerated() where count > 0 {
                let free = values.indices.filter { values[$0].isFinite }
                guard let place = [free.first, free.last, free.randomElement(using: &generator)][damaged % 3] else {
                    continue
                }
                values[place] = value
                let found = Tensor(values, shape: [count]).nonFiniteCount
                #expect(found == values.count { !$0.isFinite }, "\(value) at \(place) of \(count)")
            }
        }
    }

    @Test("numbers whose sum is beyond what a number holds are finite all the same")
    func large() {
        #expect(Tensor([3e38, 3e38, 1], shape: [3]).nonFiniteCount == 0)
        #expect(Tensor([3e38, 3e38, -3e38, -3e38], shape: [4]).isFinite)
        #expect(Tensor([3e38, 3e38, .infinity, -.infinity], shape: [4]).nonFiniteCount == 2)
    }
}
