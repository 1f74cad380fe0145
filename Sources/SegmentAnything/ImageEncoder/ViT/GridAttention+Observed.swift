import NeuralNetwork
import Tensors

extension GridAttention {
    private func partition(_ grid: Int) -> WindowPartition {
        WindowPartition(grid: grid, window: windows?.side ?? grid)
    }

    /// What the attention hands over, with names from the attention on. As in the reference, it is window by window, with
    /// padding; an attention over the whole grid is one window.
    func activations(grid: Int) -> [NamedShape] {
        let (cut, width) = (partition(grid), output.weight.shape[0])
        let (windows, side, slots) = (cut.count, cut.window, cut.window * cut.window)
        return [NamedShape("qkv", [windows, side, side, 3 * width])]
            + attentionActivations(
                batch: windows, heads: heads, queries: slots, keys: slots, headWidth: width / heads)
            + [
                NamedShape("contributions", [windows, heads, slots, width]),
                NamedShape("proj", [windows, side, side, width]), NamedShape("", [windows, side, side, width]),
            ]
    }

    /// The attention for observers, written out: `[1, grid, grid, width]` to the same, without a residual connection.
    func callAsFunction(_ map: Tensor, taps: ActivationTaps) -> Tensor {
        let cut = partition(map.shape[1])
        let (side, width) = (cut.window, map.shape[3])
        let projected = taps("qkv", projection(cut.cut(map))).reshaped(to: [cut.count, side * side, 3 * width])
        func heads(_ part: Int) -> Tensor {
            projected.sliced(axis: 2, part * width..<(part + 1) * width).splitIntoHeads(self.heads)
        }
        let position = relativePosition.terms()
        let gathered = observedAttention(
            query: heads(0), key: heads(1), value: heads(2), bias: { _, queries in position(queries) }, taps: taps)
        let result = taps("proj", output.joiningHeads(gathered, taps: taps).reshaped(to: [-1, side, side, width]))
        return cut.joined(taps("", result))
    }
}

extension RelativePosition {
    /// The logits' terms of one head's queries, for observers: from `[side * side, headWidth]` to
    /// `[side * side, side * side]`.
    func terms() -> (Tensor) -> Tensor {
        let rows = Self.expanded(stored.rows, side: side)
        let columns = Self.expanded(stored.columns, side: side)
        return { queries in
            let square = queries.reshaped(to: [side, side, queries.shape[1]])
            let ofRows = square.matrixProduct(rows, transposingOther: true)
            let ofColumns = square.permuted([1, 0, 2]).matrixProduct(columns, transposingOther: true)
                .permuted([1, 0, 2])
            let slots = side * side
            let both = ofRows.reshaped(to: [slots, side, 1]) + ofColumns.reshaped(to: [slots, 1, side])
            return both.reshaped(to: [slots, slots])
        }
    }
}
