import Tensors

/// Some windows of a ``WindowPartition``, which attention can treat by themselves: few enough that all that lies between
/// their tokens and the result stays in cache. Either none of them hangs over the grid's edge, or each does.
struct WindowGroup: Sendable {
    /// The grid's tokens (row-major numbers) in the windows' order, without padding.
    let tokens: [Int]
    let windows: Int
    let tokensOfWindow: Int
    /// For each slot of the windows the place in `tokens`, or their count for padding; nil without padding.
    private let slots: [Int]?
    /// For each token its slot; nil without padding.
    private let places: [Int]?

    /// - Parameter slots: for each slot of the windows the grid's token, nil for padding.
    init(slots: [Int?], tokensOfWindow: Int) {
        self.tokensOfWindow = tokensOfWindow
        windows = slots.count / tokensOfWindow
        tokens = slots.compactMap { $0 }
        if tokens.count == slots.count {
            self.slots = nil
            places = nil
        } else {
            let places = slots.indices.filter { slots[$0] != nil }
            var numbered = [Int](repeating: places.count, count: slots.count)
            for (number, slot) in places.enumerated() { numbered[slot] = number }
            self.slots = numbered
            self.places = places
        }
    }

    /// `[tokens, width]` as `[windows, tokensOfWindow, width]`, with `padding` (`[width]`) where a window hangs over.
    func padded(_ ordered: Tensor, with padding: Tensor) -> Tensor {
        let width = ordered.shape[1]
        let all =
            slots.map {
                Tensor.concatenated([ordered, padding.reshaped(to: [1, width])], axis: 0).gathered(rows: $0)
            } ?? ordered
        return all.reshaped(to: [windows, tokensOfWindow, width])
    }

    /// `[windows, tokensOfWindow, width]` as `[tokens, width]`: the padding is dropped.
    func unpadded(_ windowed: Tensor) -> Tensor {
        let all = windowed.reshaped(to: [windows * tokensOfWindow, windowed.shape[2]])
        return places.map { all.gathered(rows: $0) } ?? all
    }
}

extension WindowPartition {
    /// All windows, in groups of at most `most` slots, but at least one window.
    func groups(ofSlots most: Int) -> [WindowGroup] {
        let tokensOfWindow = window * window
        let size = max(1, most / tokensOfWindow) * tokensOfWindow
        let full = (0..<fullTokens).map { Optional(order[$0]) }
        let edge = edgeTokens
        return [full, edge].flatMap { slots in
            stride(from: 0, to: slots.count, by: size).map { first in
                WindowGroup(
                    slots: Array(slots[first..<min(slots.count, first + size)]), tokensOfWindow: tokensOfWindow)
            }
        }
    }

    /// The grid's token at each slot of the edge windows, nil for padding.
    private var edgeTokens: [Int?] {
        let real = rows * columns - fullTokens
        return edgeSlots.map { $0 == real ? nil : order[fullTokens + $0] }
    }
}
