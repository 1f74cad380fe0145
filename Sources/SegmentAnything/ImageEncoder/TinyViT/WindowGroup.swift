import Tensors

/// Some attention windows of a grid that are computed together, few enough for the cache. Either all of them lie within the
/// grid, or all of them reach over its edge.
///
/// The reference pads the grid with zeros to whole windows, and projects the padding like every other token. Here padding
/// is added after the projection, in ``padded(_:with:)``.
struct WindowGroup: Sendable {
    /// The grid's tokens (row-major numbers) in the windows' order, without padding.
    let tokens: [Int]
    let windows: Int
    let tokensOfWindow: Int
    /// For each place in the windows the index in `tokens`, or the number of tokens for padding; nil without padding.
    private let slots: [Int]?
    /// For each token its place in the windows; nil without padding.
    private let places: [Int]?

    /// - Parameter slots: for each place in the windows the grid's token, nil for padding.
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

    /// `[tokens, width]` as `[windows, tokensOfWindow, width]`, with `padding` (`[width]`) beyond the grid's edge.
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

extension WindowGroup {
    /// All windows of a grid, the first one at its top left. A group has at most `mostSlots` places for tokens, but at least
    /// one window. Windows within the grid come first.
    static func groups(rows: Int, columns: Int, window: Int, mostSlots: Int) -> [WindowGroup] {
        let tokensOfWindow = window * window
        let across = (columns + window - 1) / window
        let windows = (0..<(rows + window - 1) / window * across).map { number in
            (0..<tokensOfWindow).map { slot -> Int? in
                let row = number / across * window + slot / window
                let column = number % across * window + slot % window
                return row < rows && column < columns ? row * columns + column : nil
            }
        }
        let size = max(1, mostSlots / tokensOfWindow)
        return [windows.filter { !$0.contains(nil) }, windows.filter { $0.contains(nil) }].flatMap { alike in
            stride(from: 0, to: alike.count, by: size).map { first in
                WindowGroup(
                    slots: alike[first..<min(alike.count, first + size)].flatMap { $0 }, tokensOfWindow: tokensOfWindow)
            }
        }
    }
}
