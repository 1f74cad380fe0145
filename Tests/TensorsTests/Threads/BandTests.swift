import TestSupport
import Testing

@testable import Tensors

@Suite struct BandTests {
    @Test("bands cover every row once, whatever is left for the last", arguments: [1, 2, 5, 7, 100])
    func bands(_ bandRows: Int) {
        var random = SeededGenerator(seed: 131)
        let x = random.tensor([7, 3, 2])
        let doubled = Tensor.inBands(x.shape, bandRows: bandRows) { rows in
            #expect(rows.count <= bandRows)
            return x.slice(rows) * 2
        }
        #expect(isIdentical(doubled, x * 2))
        #expect(Tensor.inBands([0, 3], bandRows: bandRows) { _ in Tensor(zeros: [1]) }.shape == [0, 3])
    }

    @Test("rows of groups go to their places")
    func groups() {
        var random = SeededGenerator(seed: 132)
        let x = random.tensor([6, 5])
        let rows = [[4, 1], [], [0], [5, 3, 2]]
        #expect(isIdentical(Tensor.inGroups(x.shape, rows: rows) { x.gathered(rows: rows[$0]) }, x))
    }

    @Test("a row that is named twice, is missing or is none stops, and so does a part of another shape")
    func mistakes() async {
        await #expect(processExitsWith: .failure) {
            _ = Tensor.inGroups([2, 1], rows: [[0], [0]]) { _ in Tensor(zeros: [1, 1]) }
        }
        await #expect(processExitsWith: .failure) {
            _ = Tensor.inGroups([2, 1], rows: [[0]]) { _ in Tensor(zeros: [1, 1]) }
        }
        await #expect(processExitsWith: .failure) {
            _ = Tensor.inGroups([2, 1], rows: [[0, 2]]) { _ in Tensor(zeros: [2, 1]) }
        }
        await #expect(processExitsWith: .failure) {
            _ = Tensor.inGroups([2, 1], rows: [[0, 1]]) { _ in Tensor(zeros: [1, 1]) }
        }
        await #expect(processExitsWith: .failure) {
            _ = Tensor.inBands([4, 1], bandRows: 2) { _ in Tensor(zeros: [1, 1]) }
        }
    }

    @Test("a band knows its input rows and where the map ends")
    func kernelBands() {
        let first = KernelBand(outputs: 0..<4, height: 10, stride: 1)
        #expect(first.inputs == 0..<5 && first.padding == RowPadding(above: 1, below: 0))
        let last = KernelBand(outputs: 3..<5, height: 10, stride: 2)
        #expect(last.inputs == 5..<10 && last.padding == RowPadding(above: 0, below: 0))
        let odd = KernelBand(outputs: 3..<5, height: 9, stride: 2)
        #expect(odd.inputs == 5..<9 && odd.padding == RowPadding(above: 0, below: 1))
        let all = KernelBand(outputs: 0..<1, height: 1, stride: 1)
        #expect(all.inputs == 0..<1 && all.padding == .both)
        #expect(RowPadding.both.results(height: 1, stride: 2) == 1)
        let wide = KernelBand(outputs: 1..<3, height: 6, stride: 2, side: 5)
        #expect(wide.inputs == 0..<6 && wide.padding == RowPadding(above: 0, below: 1))
        #expect(KernelBand(outputs: 0..<1, height: 1, stride: 1, side: 5).padding == .both(of: 5))
        #expect(RowPadding.both(of: 5).results(height: 7, stride: 2, side: 5) == 4)
        #expect(RowPadding(above: 0, below: 0).results(height: 2, stride: 1) == 0)
    }
}
