/// A grid of tokens cut into square windows that attend within themselves; the last ones may hang over the right and
/// bottom edges.
///
/// Windows are named by tokens, so nothing is reordered: keys are read from, and results written to, the tokens' own
/// places. A slot over the edge is a key like any other (the operands' padding), and never a query.
public struct AttentionWindows: Sendable {
    let gridHeight: Int
    let gridWidth: Int
    /// Slots on a side of a window.
    public let side: Int
    /// How many windows there are.
    public let count: Int

    private let across: Int

    /// - Precondition: all three are positive.
    public init(gridHeight: Int, gridWidth: Int, side: Int) {
        require(
            gridHeight > 0 && gridWidth > 0 && side > 0, "AttentionWindows",
            "windows of \(side) on a grid of \(gridHeight) x \(gridWidth)")
        self.gridHeight = gridHeight
        self.gridWidth = gridWidth
        self.side = side
        across = (gridWidth + side - 1) / side
        count = (gridHeight + side - 1) / side * across
    }

    /// Slots of a window, those over an edge included.
    public var slots: Int { side * side }

    private func top(_ window: Int) -> Int { window / across * side }
    private func left(_ window: Int) -> Int { window % across * side }

    /// Rows and columns of a window that lie on the grid.
    func extent(_ window: Int) -> (height: Int, width: Int) {
        (min(side, gridHeight - top(window)), min(side, gridWidth - left(window)))
    }

    /// The grid's token, counted row by row, at row `y` and column `x` of a window.
    func token(_ window: Int, y: Int, x: Int) -> Int { (top(window) + y) * gridWidth + left(window) + x }
}
