/// How the rows of a left operand are cut into packed panels of nearly equal height, none of them with rows of padding.
struct RowPanels {
    let rows: Int
    let depth: Int
    private let count: Int
    private let height: Int
    private let tall: Int

    /// Rows of a panel at most. Ten and twelve were 3 and 15 % slower in the mask decoder (Zen 5), where the packed rows stream
    /// from the second cache.
    private static let mostRows = 8

    init(rows: Int, depth: Int) {
        self.rows = rows
        self.depth = depth
        let most = min(RowPanels.mostRows, KernelTable.active.tileRows)
        count = (rows + most - 1) / most
        height = count == 0 ? 0 : (rows + count - 1) / count
        tall = rows - count * (height - 1)
    }

    /// Elements of the packed rows.
    var size: Int { count * stride }
    private var stride: Int { KernelTable.active.tileRows * depth }

    /// Element (row, k) of the source stands at `row * rowStride + k * depthStride`; one of the two is 1.
    func pack(
        _ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, rowStride: Int, depthStride: Int
    ) {
        var row = 0
        for panel in 0..<count {
            let rows = panel < tall ? height : height - 1
            KernelTable.active.packLeftPanel(
                out + panel * stride, source + row * rowStride, rowStride, depthStride, rows, depth)
            row += rows
        }
    }

    /// `out (+)= packed * panel`, where `panel` is `depth` rows of a panel of columns; the rows of the result stand
    /// `outStride` apart.
    func multiply(
        _ packed: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
        outStride: Int, accumulate: Bool
    ) {
        let width = KernelTable.active.tileColumns
        // A whole panel reaches over no edge, so the scratch is never touched.
        KernelTable.active.multiplyEvenPanels(
            out, outStride, packed, stride, panel, width * depth, count, tall, height, width, depth, accumulate, out)
    }
}
