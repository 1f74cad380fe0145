import Tensors
import TestSupport
import Testing

@Suite struct ShapeAndLayoutTests {
    private let counting = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])

    @Test("shapes count elements, take negative axes and broadcast as NumPy does")
    func shapes() {
        let shape: Shape = [2, 3, 4]
        #expect(shape.elementCount == 24 && shape.rank == 3 && shape[-1] == 4 && shape[0] == 2)
        #expect(Shape([]).elementCount == 1)
        #expect(shape.description == "[2, 3, 4]")
        #expect(Shape([3, 1]).broadcast(with: [2, 1, 4]) == [2, 3, 4])
        #expect(Shape([]).broadcast(with: [5]) == [5])
        #expect(Shape([0, 3]).broadcast(with: [1, 3]) == [0, 3])
        #expect(Shape([2]).broadcast(with: [3]) == nil)
    }

    @Test("reshaping, squeezing and expanding keep the elements where they are")
    func views() {
        #expect(counting.reshaped(to: [4, -1]).shape == [4, 6])
        #expect(counting.reshaped(to: [24]).values == counting.values)
        #expect(counting.flattened().shape == [24])
        #expect(counting.expanded(axis: 0).shape == [1, 2, 3, 4])
        #expect(counting.expanded(axis: -1).shape == [2, 3, 4, 1])
        #expect(counting.expanded(axis: 1).squeezed(axis: 1).shape == [2, 3, 4])
    }

    @Test(
        "a permutation puts index (i, j, k) where its axes say",
        arguments: [
            [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0],
        ])
    func permutation(_ axes: [Int]) {
        let result = counting.permuted(axes)
        for i in 0..<2 {
            for j in 0..<3 {
                for k in 0..<4 {
                    let index = [i, j, k]
                    #expect(result[index[axes[0]], index[axes[1]], index[axes[2]]] == counting[i, j, k])
                }
            }
        }
    }

    @Test("a transposition is the permutation of the last two axes")
    func transposition() {
        var random = SeededGenerator(seed: 81)
        let large = random.tensor([3, 67, 41])
        #expect(isIdentical(large.transposed(), large.permuted([0, 2, 1])))
        #expect(isIdentical(large.transposed().transposed(), large))
    }

    @Test("cutting an axis and putting the parts together gives the whole", arguments: [0, 1, 2, -1])
    func cutting(_ axis: Int) {
        let extent = counting.shape[axis]
        let parts = [counting.sliced(axis: axis, 0..<1), counting.sliced(axis: axis, 1..<extent)]
        #expect(isIdentical(Tensor.concatenated(parts, axis: axis), counting))
        let padded = counting.padded(axis: axis, before: 2, after: 1, with: 5)
        #expect(padded.shape[axis] == extent + 3)
        #expect(isIdentical(padded.sliced(axis: axis, 2..<(extent + 2)), counting))
        #expect(padded.sliced(axis: axis, 0..<2).values.allSatisfy { $0 == 5 })
        #expect(padded.sliced(axis: axis, (extent + 2)..<(extent + 3)).values.allSatisfy { $0 == 5 })
    }

    @Test("stacking adds an axis and gathering repeats rows")
    func stacking() {
        let stacked = Tensor.stacked([counting, counting + 1])
        #expect(stacked.shape == [2, 2, 3, 4] && stacked[1, 0, 0, 0] == 1)
        let rows = counting.reshaped(to: [6, 4]).gathered(rows: [5, 0, 5])
        #expect(rows.values == [20, 21, 22, 23, 0, 1, 2, 3, 20, 21, 22, 23])
    }

    @Test("arithmetic broadcasts every pair of shapes as the indices say")
    func broadcasting() {
        var random = SeededGenerator(seed: 82)
        let shapes: [Shape] = [
            [], [1], [4], [3, 1], [3, 4], [2, 1, 4], [2, 3, 1], [1, 3, 4], [2, 3, 4], [2, 1, 1],
        ]
        for left in shapes {
            for right in shapes {
                guard let target = left.broadcast(with: right) else { continue }
                let (x, y) = (random.tensor(left), random.tensor(right, in: 1...2))
                let results: [(Tensor, (Float, Float) -> Float)] = [(x + y, +), (x - y, -), (x * y, *), (x / y, /)]
                for (result, operation) in results {
                    #expect(result.shape == target, "\(left) with \(right)")
                    let expected = (0..<target.elementCount).map { place in
                        operation(x.values[source(place, target, left)], y.values[source(place, target, right)])
                    }
                    #expect(result.values == expected, "\(left) with \(right), seed \(random.seed)")
                }
            }
        }
    }

    /// Where element `place` of the broadcast result comes from.
    private func source(_ place: Int, _ target: Shape, _ operand: Shape) -> Int {
        var rest = place
        var result = 0
        var step = 1
        for axis in 1...max(target.rank, 1) where axis <= target.rank {
            let index = rest % target[-axis]
            rest /= target[-axis]
            if axis <= operand.rank {
                if operand[-axis] != 1 { result += index * step }
                step *= operand[-axis]
            }
        }
        return result
    }

    @Test("reductions over each axis equal their plain twins")
    func reductions() {
        // Sums of small whole numbers are exact.
        let sums: [[Float]] = [
            (0..<12).map { Float(2 * $0 + 12) }, [12, 15, 18, 21, 48, 51, 54, 57], [6, 22, 38, 54, 70, 86],
        ]
        for (axis, expected) in sums.enumerated() {
            #expect(counting.sum(axis: axis).values == expected)
            let kept = counting.sum(axis: axis, keepsAxis: true)
            #expect(kept.values == expected && kept.shape.rank == 3 && kept.shape[axis] == 1)
            #expect(counting.mean(axis: axis).values == expected.map { $0 / Float(counting.shape[axis]) })
        }
        #expect(counting.maximum(axis: 0).values == (12..<24).map(Float.init))
        #expect(counting.maximum(axis: 1).values == [8, 9, 10, 11, 20, 21, 22, 23])
        #expect(counting.maximum().values == [3, 7, 11, 15, 19, 23])
        #expect(Tensor([1, 5, 5, .nan, 9, .nan], shape: [2, 3]).argmax() == [1, 0])
        let mixed = Tensor([7, 1, 5, 3, 2, 9, 4, 6, 8, 0, 1, 2], shape: [2, 3, 2])
        #expect(mixed.argmax(axis: 0) == [0, 1, 1, 0, 0, 0] && mixed.argmax(axis: 1) == [0, 2, 1, 0])
        #expect(mixed.maximum(axis: 0).values == [7, 6, 8, 3, 2, 9])
        #expect(Tensor([3, 4, 0, 0], shape: [2, 2]).l2Normalized(epsilon: 1e-6).values == [0.6, 0.8, 0, 0])
    }
}
