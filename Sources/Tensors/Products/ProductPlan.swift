import KernelInterface

/// What happens to a block of a product while it is still in cache.
struct ProductEpilogue {
    enum Bias {
        case none
        /// One value a column of the product.
        case perColumn(UnsafePointer<Float>)
        /// One value a row.
        case perRow(UnsafePointer<Float>)
    }

    var bias: Bias = .none
    var activation: Tensor.Activation = .none
    /// Added last; laid out as the product itself.
    var residual: UnsafePointer<Float>?

    var isEmpty: Bool {
        if case .none = bias, activation == .none, residual == nil { return true }
        return false
    }

    /// Finishes a block of `rows` by `columns` elements of the product, which begins at `row` and `column`: on the way from
    /// `source`, or where it is.
    ///
    /// - Parameters:
    ///   - out: where the block's first element goes, rows `stride` apart.
    ///   - residualOffset: where the block's first element lies in the residual, whose rows are `stride` apart as well.
    func apply(
        _ kernels: any KernelSet.Type, _ out: UnsafeMutablePointer<Float>, stride: Int,
        from source: (base: UnsafePointer<Float>, stride: Int)? = nil, row: Int, rows: Int, column: Int, columns: Int,
        residualOffset: Int
    ) {
        let (values, rowStep, columnStep): (UnsafePointer<Float>?, Int, Int) =
            switch bias {
            case .none: (nil, 0, 0)
            case .perColumn(let bias): (bias + column, 0, 1)
            case .perRow(let bias): (bias + row, 1, 0)
            }
        kernels.finishRows(
            out, stride: stride, source?.base ?? UnsafePointer(out), stride: source?.stride ?? stride, bias: values,
            biasRowStep: rowStep, biasStep: columnStep,
            activation: activation.kernel, residual: residual.map { $0 + residualOffset }, residualStride: stride,
            rows: rows, columns: columns)
    }
}

extension Tensor.Activation {
    /// What the kernels call it.
    fileprivate var kernel: RowActivation {
        switch self {
        case .none: .none
        case .gelu: .gelu
        case .quickGELU: .quickGELU
        case .relu: .relu
        case .relu6: .relu6
        }
    }
}

/// Cuts a product into blocks. Every element is the same sum in this package's own product however it is cut, so there the
/// cut may depend on the number of threads. OpenBLAS promises no such thing: for it the shape alone decides.
struct ProductPlan {
    let rows: Int
    let columns: Int
    let depth: Int
    let blockRows: Int
    let blockColumns: Int

    /// - Parameter threads: which the blocks are for; 1 where the shape alone is to decide.
    init(rows: Int, columns: Int, depth: Int, threads: Int) {
        self.rows = rows
        self.columns = columns
        self.depth = depth
        // Tall products are cut into rows; short ones, which are few rows of a wide weight, into columns.
        blockRows = ProductPlan.evenBlock(rows, most: 512, multiple: 48)
        let most = ProductPlan.evenBlock(columns, most: rows > 512 ? 1536 : 512, multiple: 64)
        blockColumns = WorkSplit.taskSize(
            of: columns, lists: max(1, (rows + blockRows - 1) / blockRows), most: most, step: 64,
            least: ProductPlan.leastWork / max(1, ProductPlan.work(blockRows, 1, depth)), threads: threads)
    }

    /// As the product on this machine cuts it.
    init(rows: Int, columns: Int, depth: Int) {
        let threads = MatrixBlock.active.library == nil ? ComputeThreads.count : 1
        self.init(rows: rows, columns: columns, depth: depth, threads: threads)
    }

    /// Multiply-adds of less than about 10 microseconds, which are not worth waking a thread.
    private static let leastWork = 262_144

    /// What a block takes; for few rows, memory sets the time.
    private static func work(_ rows: Int, _ columns: Int, _ depth: Int) -> Int {
        max(rows, PackedProduct.leastRows) * columns * max(depth, 1)
    }

    /// How the blocks of `batch` such products are shared.
    func split(batch: Int = 1) -> WorkSplit {
        WorkSplit(
            each: batch * blocks,
            least: ProductPlan.leastWork / max(1, ProductPlan.work(blockRows, blockColumns, depth)))
    }

    /// The block size that cuts `extent` into equal parts of at most `most`.
    private static func evenBlock(_ extent: Int, most: Int, multiple: Int) -> Int {
        let parts = max(1, (extent + most - 1) / most)
        let even = (extent + parts - 1) / parts
        return max(1, min(extent, (even + multiple - 1) / multiple * multiple))
    }

    var rowBlocks: Int { rows == 0 ? 0 : (rows + blockRows - 1) / blockRows }
    var columnBlocks: Int { columns == 0 ? 0 : (columns + blockColumns - 1) / blockColumns }
    var blocks: Int { rowBlocks * columnBlocks }

    /// Makes block `index` of the product and finishes it.
    func run(
        _ index: Int, _ block: MatrixBlock, _ out: UnsafeMutablePointer<Float>, stride: Int, _ left: MatrixView,
        _ right: MatrixView, _ epilogue: ProductEpilogue
    ) {
        let row = (index / columnBlocks) * blockRows
        let column = (index % columnBlocks) * blockColumns
        let height = min(blockRows, rows - row)
        let width = min(blockColumns, columns - column)
        let target = out + row * stride + column
        block.multiply(
            target, stride: stride, left.offset(row: row), right.offset(column: column), rows: height, columns: width,
            depth: depth)
        if epilogue.isEmpty { return }
        epilogue.apply(
            block.kernels, target, stride: stride, row: row, rows: height, column: column, columns: width,
            residualOffset: row * stride + column)
    }

    /// The whole product on several threads.
    func run(
        _ block: MatrixBlock, _ out: UnsafeMutablePointer<Float>, stride: Int, _ left: MatrixView,
        _ right: MatrixView, _ epilogue: ProductEpilogue = ProductEpilogue()
    ) {
        let exit = EarlyExit()
        ParallelRows.forEachDisjoint(split()) {
            for index in $0 where !exit.isDue {
                run(index, block, out, stride: stride, left, right, epilogue)
            }
        }
    }
}
