import Tensors

/// Which tokens of a grid share an attention window, when windows start at the top left and the last ones may hang
/// over the right and bottom edges.
///
/// The reference pads the grid with zeros to whole windows. Here only real tokens are reordered: first those of the
/// windows that lie wholly on the grid, then those of the windows over an edge. The padding appears no earlier than
/// in ``edgeWindows(_:padding:)``, so that products before the attention never compute it.
struct WindowPartition: Sendable {
    let rows: Int
    let columns: Int
    /// Side of a window, tokens.
    let window: Int
    /// Windows without padding.
    let fullWindows: Int
    /// Windows with padding.
    let edgeWindows: Int
    /// The grid's token (row-major number) at each place of the window order.
    let order: [Int]
    /// For each slot of the edge windows the place among the edge tokens, or their count for padding.
    let edgeSlots: [Int]
    /// For each token of the grid its row in all windows' outputs, full windows first.
    private let outputRows: [Int]

    init(rows: Int, columns: Int, window: Int) {
        self.rows = rows
        self.columns = columns
        self.window = window
        let tokensOfWindow = window * window
        let down = (rows + window - 1) / window
        let across = (columns + window - 1) / window
        let origins = (0..<down * across).map { (row: $0 / across * window, column: $0 % across * window) }
        let full = origins.filter { $0.row + window <= rows && $0.column + window <= columns }
        let edge = origins.filter { $0.row + window > rows || $0.column + window > columns }

        var order: [Int] = []
        var outputRows = [Int](repeating: 0, count: rows * columns)
        var edgeSlots: [Int] = []
        let edgeTokens = rows * columns - full.count * tokensOfWindow
        order.reserveCapacity(rows * columns)
        for (number, origin) in (full + edge).enumerated() {
            for slot in 0..<tokensOfWindow {
                let row = origin.row + slot / window
                let column = origin.column + slot % window
                let isReal = row < rows && column < columns
                if number >= full.count {
                    edgeSlots.append(isReal ? order.count - full.count * tokensOfWindow : edgeTokens)
                }
                guard isReal else { continue }
                let token = row * columns + column
                outputRows[token] = number * tokensOfWindow + slot
                order.append(token)
            }
        }
        fullWindows = full.count
        edgeWindows = edge.count
        self.order = order
        self.outputRows = outputRows
        self.edgeSlots = edgeSlots
    }

    /// Tokens of the full windows.
    var fullTokens: Int { fullWindows * window * window }

    /// `[tokens, width]` of the grid, row-major, in window order.
    func ordered(_ tokens: Tensor) -> Tensor {
        tokens.gathered(rows: order)
    }

    /// The full windows' part of tensors in window order: `[fullWindows, window * window, width]`, no copy.
    func fullWindows(_ ordered: Tensor) -> Tensor {
        ordered.slice(0..<fullTokens).reshaped(to: [fullWindows, window * window, ordered.shape[-1]])
    }

    /// The edge windows of a tensor in window order, `[edgeWindows, window * window, width]`, with `padding` (`[width]`)
    /// where a window hangs over the edge.
    func edgeWindows(_ ordered: Tensor, padding: Tensor) -> Tensor {
        let width = ordered.shape[-1]
        let real = ordered.slice(fullTokens..<rows * columns)
        return Tensor.concatenated([real, padding.reshaped(to: [1, width])], axis: 0)
            .gathered(rows: edgeSlots)
            .reshaped(to: [edgeWindows, window * window, width])
    }

    /// `[tokens, width]` of the grid, row-major, from the outputs of all windows (each
    /// `[windows, window * window, width]`, nil where there are none). Padding is dropped.
    func merged(full: Tensor?, edge: Tensor?) -> Tensor {
        let parts = [full, edge].compactMap { $0 }.map { $0.reshaped(to: [-1, $0.shape[-1]]) }
        let all = parts.count == 1 ? parts[0] : Tensor.concatenated(parts, axis: 0)
        return all.gathered(rows: outputRows)
    }
}
