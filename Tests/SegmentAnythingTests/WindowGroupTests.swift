import Tensors
import Testing

@testable import SegmentAnything

@Suite struct WindowGroupTests {
    /// Grid, window: whole windows only, edges on one or both sides, one window, a window larger than the grid.
    static let cases = [
        (16, 16, 4), (16, 16, 6), (9, 14, 7), (14, 9, 7), (5, 5, 5), (3, 4, 7), (64, 64, 14), (1, 1, 1),
    ]

    @Test("groups hold each token once, padded to its windows and back", arguments: cases)
    func groups(_ rows: Int, _ columns: Int, _ window: Int) {
        let tokens = Self.numbered(rows * columns)
        let padding = Tensor([-1, -1], shape: [2])
        let plain = Self.plainWindows(rows: rows, columns: columns, window: window)
        let isFull = { (window: [Float]) in !window.contains(-1) }
        let expected = (plain.filter(isFull) + plain.filter { !isFull($0) }).flatMap { $0 }
        for most in [1, 3 * window * window, 100_000] {
            let groups = WindowGroup.groups(rows: rows, columns: columns, window: window, mostSlots: most)
            #expect(groups.flatMap(\.tokens).sorted() == Array(0..<rows * columns))
            #expect(groups.allSatisfy { $0.windows == 1 || $0.windows * window * window <= most })
            var found: [Float] = []
            for group in groups {
                let own = tokens.gathered(rows: group.tokens)
                let windows = group.padded(own, with: padding)
                #expect(windows.shape == [group.windows, window * window, 2])
                #expect(group.unpadded(windows).values == own.values)
                found += windows.values
            }
            #expect(found == expected)
        }
    }

    /// Token `t` as `[t, t + 0.5]`.
    private static func numbered(_ count: Int) -> Tensor {
        Tensor((0..<count).flatMap { [Float($0), Float($0) + 0.5] }, shape: [count, 2])
    }

    /// The windows of a grid padded with -1, in reading order.
    private static func plainWindows(rows: Int, columns: Int, window: Int) -> [[Float]] {
        var windows: [[Float]] = []
        for top in stride(from: 0, to: rows, by: window) {
            for left in stride(from: 0, to: columns, by: window) {
                var values: [Float] = []
                for row in top..<top + window {
                    for column in left..<left + window {
                        let token = Float(row * columns + column)
                        values += row < rows && column < columns ? [token, token + 0.5] : [-1, -1]
                    }
                }
                windows.append(values)
            }
        }
        return windows
    }
}
