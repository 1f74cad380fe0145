/// How one attention is cut into blocks, and the work on a block.
///
/// The keys and values of every head are packed into panels once; then blocks of queries, in parallel, go over blocks of
/// keys. All sizes come from the shapes alone.
struct AttentionPlan {
    let kernels: KernelTable
    let heads: Int
    let queries: Int
    let keys: Int
    let headWidth: Int
    let valueWidth: Int
    let scale: Float
    let isCausal: Bool
    /// The grid of the keys; 0 without relative positions.
    let gridHeight: Int
    let gridWidth: Int

    struct Memory {
        let out: UnsafeMutablePointer<Float>
        let query: UnsafePointer<Float>
        let queryStride: Int
        let key: UnsafePointer<Float>
        let keyStride: Int
        let value: UnsafePointer<Float>
        let valueStride: Int
        let rows: UnsafePointer<Float>?
        let columns: UnsafePointer<Float>?
        let bias: UnsafePointer<Float>?
    }

    /// Queries of one block: whole tiles of every instruction set (12 or 6 rows). Their logits against one block of keys
    /// stay in the second cache.
    private static let queryBlock = 96
    /// Keys of one block, whole panels.
    private static let keyBlock = 512

    private var panelWidth: Int { kernels.tileColumns }
    private var keyPanels: Int { (keys + panelWidth - 1) / panelWidth }
    private var valuePanels: Int { (valueWidth + panelWidth - 1) / panelWidth }
    /// Elements of one head's packed keys, and of its packed values.
    private var keySize: Int { keyPanels * panelWidth * headWidth }
    private var valueSize: Int { valuePanels * panelWidth * keys }

    /// Blocks of equal size, so that the last one is not a few rows in a block of padding.
    private var blocks: Int { (queries + AttentionPlan.queryBlock - 1) / AttentionPlan.queryBlock }
    private var blockRows: Int { paddedRows((queries + blocks - 1) / blocks) }

    private func paddedRows(_ rows: Int) -> Int { (rows + kernels.tileRows - 1) / kernels.tileRows * kernels.tileRows }

    private var blockKeys: Int { min(AttentionPlan.keyBlock, keyPanels * panelWidth) }

    func run(_ memory: Memory, batch: Int) {
        if queries == 0 || valueWidth == 0 { return }
        let headCount = batch * heads
        let (blocks, blockRows) = (blocks, blockRows)
        withScratch(headCount * (keySize + valueSize)) { packed in
            ParallelRows.forEachDisjoint(
                count: headCount, minimumPerTask: max(1, 65_536 / max(1, keySize + valueSize))
            ) {
                for index in $0 { pack(memory, packed + index * (keySize + valueSize), index / heads, index % heads) }
            }
            ParallelRows.forEachDisjoint(
                count: headCount * blocks,
                minimumPerTask: max(1, 262_144 / max(1, blockRows * keys * (headWidth + valueWidth)))
            ) { range in
                withScratch(scratchCount) { scratch in
                    for index in range {
                        runBlock(
                            memory, packed: packed + (index / blocks) * (keySize + valueSize),
                            image: index / blocks / heads, head: (index / blocks) % heads,
                            firstQuery: (index % blocks) * blockRows, scratch: scratch)
                    }
                }
            }
        }
    }

    /// Lays out the keys and values of one head as right operands.
    private func pack(_ memory: Memory, _ target: UnsafeMutablePointer<Float>, _ image: Int, _ head: Int) {
        for panel in 0..<keyPanels {
            let first = panel * panelWidth
            kernels.packRightPanel(
                target + first * headWidth,
                memory.key + (image * keys + first) * memory.keyStride + head * headWidth, 1, memory.keyStride,
                headWidth, min(panelWidth, keys - first))
        }
        for panel in 0..<valuePanels {
            let first = panel * panelWidth
            kernels.packRightPanel(
                target + keySize + first * keys,
                memory.value + image * keys * memory.valueStride + head * valueWidth + first, memory.valueStride, 1,
                keys, min(panelWidth, valueWidth - first))
        }
    }

    // A task's scratch: logits, scaled queries, the running result, maxima and sums.

    /// A row of logits starts 16 elements off a power of two, so that rows do not share cache sets.
    private var scoreStride: Int { blockKeys + 16 }
    private var resultStride: Int { valuePanels * panelWidth }
    private var scratchCount: Int { blockRows * (scoreStride + headWidth + resultStride + 2) }

    private func runBlock(
        _ memory: Memory, packed: UnsafePointer<Float>, image: Int, head: Int, firstQuery: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let rows = min(blockRows, queries - firstQuery)
        let padded = paddedRows(rows)
        let scores = scratch
        let scaled = scores + blockRows * scoreStride
        let result = scaled + blockRows * headWidth
        let maxima = result + blockRows * resultStride
        let sums = maxima + blockRows
        kernels.copyRows(
            scaled, headWidth,
            memory.query + (image * queries + firstQuery) * memory.queryStride + head * headWidth, memory.queryStride,
            rows, headWidth)
        kernels.scaleRow(scaled, scale, rows * headWidth)
        kernels.fillRow(scaled + rows * headWidth, 0, (padded - rows) * headWidth)
        kernels.fillRow(result, 0, padded * resultStride)
        kernels.fillRow(maxima, -.infinity, rows)
        kernels.fillRow(sums, 0, rows)
        let visible = isCausal ? firstQuery + rows : keys
        var firstKey = 0
        while firstKey < visible {
            let count = min(blockKeys, visible - firstKey)
            let panels = (count + panelWidth - 1) / panelWidth
            kernels.multiplyRowsByPanels(
                scores, scoreStride, scaled, headWidth, packed + firstKey * headWidth, panelWidth * headWidth,
                padded, panels, headWidth, false)
            for row in 0..<rows {
                let line = scores + row * scoreStride
                addPositions(memory, line, place: (image * heads + head) * queries + firstQuery + row, firstKey, count)
                if let bias = memory.bias {
                    let own = bias + (head * queries + firstQuery + row) * keys + firstKey
                    kernels.combineRow(0, line, line, 1, own, 1, count)
                }
                let seen = isCausal ? min(count, max(0, firstQuery + row + 1 - firstKey)) : count
                kernels.foldSoftmaxRow(
                    line, seen, panels * panelWidth, maxima + row, sums + row, result + row * resultStride, resultStride
                )
            }
            kernels.multiplyRowsByPanels(
                result, resultStride, scores, scoreStride, packed + keySize + firstKey * panelWidth,
                panelWidth * keys, padded, valuePanels, count, true)
            firstKey += count
        }
        let outStride = heads * valueWidth
        let out = memory.out + (image * queries + firstQuery) * outStride + head * valueWidth
        for row in 0..<rows {
            kernels.combineRow(3, out + row * outStride, result + row * resultStride, 1, sums + row, 0, valueWidth)
        }
    }

    /// Adds the relative-position terms of one query to its logits of the keys `firstKey ..< firstKey + count`: the end
    /// of a row of the grid, whole rows, the start of a row.
    private func addPositions(
        _ memory: Memory, _ line: UnsafeMutablePointer<Float>, place: Int, _ firstKey: Int, _ count: Int
    ) {
        guard let rows = memory.rows, let columns = memory.columns else { return }
        let rowTerms = rows + place * gridHeight
        let columnTerms = columns + place * gridWidth
        var key = firstKey
        let end = firstKey + count
        while key < end {
            let column = key % gridWidth
            let isWhole = column == 0 && end - key >= gridWidth
            let height = isWhole ? (end - key) / gridWidth : 1
            let width = isWhole ? gridWidth : min(gridWidth - column, end - key)
            kernels.addGridTermsRow(
                line + (key - firstKey), rowTerms + key / gridWidth, columnTerms + column, height, width)
            key += height * width
        }
    }
}
