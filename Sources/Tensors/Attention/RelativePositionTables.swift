import KernelInterface

/// Decomposed relative positions over a square. The logit of query (y, x) for key (y', x') grows by
/// `q . rows[y, y'] + q . columns[x, x']`, with the query as it stands, not scaled.
///
/// The terms of a block of queries are made inside the attention; nothing of the size of queries times keys, or even of
/// queries times the side, is stored.
public struct RelativePositionTables: Sendable {
    /// Keys on a side of the square.
    public let side: Int
    let headWidth: Int
    /// One matrix a row of queries, `[side, headWidth]`, and one a column, packed. Each is filled up to whole panels.
    private let rows: PackedWeight
    private let columns: PackedWeight

    /// - Parameters:
    ///   - rows: `[side, side, headWidth]`: for the row of a query, one vector for the row of each key.
    ///   - columns: the same for columns.
    /// - Precondition: the shapes, and a head width of at most 1024.
    public init(rows: Tensor, columns: Tensor) {
        require(
            rows.shape.rank == 3 && rows.shape[0] == rows.shape[1] && rows.shape == columns.shape
                && (1...PackedWeight.mostPassDepth).contains(rows.shape[2]), "RelativePositionTables",
            "rows \(rows.shape), columns \(columns.shape)")
        side = rows.shape[0]
        headWidth = rows.shape[2]
        self.rows = Self.packed(rows)
        self.columns = Self.packed(columns)
    }

    private static func packed(_ table: Tensor) -> PackedWeight {
        let (side, headWidth) = (table.shape[0], table.shape[2])
        let stride = Self.stride(side, Kernels.active)
        // Weights of the attention are powers of two.
        let scaled = (table * AttentionPlan.log2e).padded(axis: 1, before: 0, after: stride - side)
        return PackedWeight(scaled.reshaped(to: [side * stride, headWidth]))
    }

    private static func stride(_ side: Int, _ kernels: any KernelSet.Type) -> Int {
        (side + kernels.tileColumns - 1) / kernels.tileColumns * kernels.tileColumns
    }

    /// Elements from one query's terms to the next.
    var stride: Int { Self.stride(side, rows.kernels) }

    /// The terms of `count` queries, the first of which is number `first` of a rectangle `width` wide.
    ///
    /// - Parameters:
    ///   - rowTerms: `count` times `stride` elements, as `columnTerms`.
    ///   - queries: one after the other, `headWidth` elements each.
    func makeTerms(
        rowTerms: UnsafeMutablePointer<Float>, columnTerms: UnsafeMutablePointer<Float>,
        queries: UnsafePointer<Float>, first: Int, count: Int, width: Int
    ) {
        // Neighbours in a row share the row's matrix.
        var index = 0
        while index < count {
            let y = (first + index) / width
            let end = min(count, (y + 1) * width - first)
            multiply(rows, y, rowTerms + index * stride, queries + index * headWidth, step: 1, count: end - index)
            index = end
        }
        // Queries that stand below each other share the column's.
        for start in 0..<min(width, count) {
            multiply(
                columns, (first + start) % width, columnTerms + start * stride, queries + start * headWidth,
                step: width, count: (count - start + width - 1) / width)
        }
    }

    /// The products of every `step`-th query with one matrix.
    private func multiply(
        _ table: PackedWeight, _ matrix: Int, _ out: UnsafeMutablePointer<Float>, _ queries: UnsafePointer<Float>,
        step: Int, count: Int
    ) {
        let kernels = table.kernels
        let right = table.place(matrix * stride / kernels.tileColumns, first: 0, run: headWidth)
            .assumingMemoryBound(to: Float.self)
        var index = 0
        while index < count {
            let height = min(kernels.tileRows, count - index)
            // Whole panels, so there is no edge to make.
            kernels.multiplyRows(
                out + index * step * stride, stride: step * stride, queries + index * step * headWidth,
                rowStride: step * headWidth, depthStride: 1, by: right, panelStride: kernels.tileColumns * headWidth,
                rows: height, columns: stride, depth: headWidth, accumulate: false)
            index += height
        }
    }
}
