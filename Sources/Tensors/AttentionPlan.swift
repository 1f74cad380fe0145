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

    /// Queries of one block at most: they go over the same keys while those are in the second cache.
    private static let queryBlock = 100
    /// Keys of one block, whole panels; the logits of a tile of queries against them stay in the first cache.
    private static let keyBlock = 512

    private var panelWidth: Int { kernels.tileColumns }
    private var keyPanels: Int { (keys + panelWidth - 1) / panelWidth }
    private var valuePanels: Int { (valueWidth + panelWidth - 1) / panelWidth }
    /// Elements of one head's packed keys, and of its packed values.
    private var keySize: Int { keyPanels * panelWidth * headWidth }
    private var valueSize: Int { valuePanels * panelWidth * keys }

    /// Blocks of equal size, so that the last one is not a few rows.
    private var blocks: Int { (queries + AttentionPlan.queryBlock - 1) / AttentionPlan.queryBlock }
    private var blockRows: Int { (queries + blocks - 1) / blocks }
    /// Queries of one tile, for the same reason.
    private var tileRows: Int {
        let tiles = (blockRows + kernels.tileRows - 1) / kernels.tileRows
        return (blockRows + tiles - 1) / tiles
    }

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

    // A task's scratch: the logits of one tile, scaled queries, the running result, maxima and sums.

    /// A row of logits starts 16 elements off a power of two, so that rows do not share cache sets.
    private var scoreStride: Int { blockKeys + 16 }
    private var resultStride: Int { valuePanels * panelWidth }
    private var scratchCount: Int { tileRows * scoreStride + blockRows * (headWidth + resultStride + 2) }

    private func runBlock(
        _ memory: Memory, packed: UnsafePointer<Float>, image: Int, head: Int, firstQuery: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let rows = min(blockRows, queries - firstQuery)
        let scores = scratch
        let scaled = scores + tileRows * scoreStride
        let result = scaled + blockRows * headWidth
        let maxima = result + blockRows * resultStride
        let sums = maxima + blockRows
        kernels.copyRows(
            scaled, headWidth,
            memory.query + (image * queries + firstQuery) * memory.queryStride + head * headWidth, memory.queryStride,
            rows, headWidth)
        kernels.scaleRow(scaled, scale, rows * headWidth)
        kernels.fillRow(result, 0, rows * resultStride)
        kernels.fillRow(maxima, -.infinity, rows)
        kernels.fillRow(sums, 0, rows)
        let visible = isCausal ? firstQuery + rows : keys
        var firstKey = 0
        while firstKey < visible {
            let count = min(blockKeys, visible - firstKey)
            let padded = (count + panelWidth - 1) / panelWidth * panelWidth
            let keyPart = packed + firstKey * headWidth
            let valuePart = packed + keySize + firstKey * panelWidth
            var row = 0
            while row < rows {
                let height = min(tileRows, rows - row)
                // Both products are whole panels wide, so there is no edge to make.
                kernels.multiplyRows(
                    scores, scoreStride, scaled + row * headWidth, headWidth, 1, keyPart, panelWidth * headWidth,
                    height,
                    padded, headWidth, false, scores, keyPart, 0)
                for line in 0..<height {
                    finishLogits(
                        memory, scores + line * scoreStride, image: image, head: head, query: firstQuery + row + line,
                        firstKey: firstKey, count: count)
                    let seen = isCausal ? min(count, max(0, firstQuery + row + line + 1 - firstKey)) : count
                    kernels.foldSoftmaxRow(
                        scores + line * scoreStride, seen, padded, maxima + row + line, sums + row + line,
                        result + (row + line) * resultStride, resultStride)
                }
                kernels.multiplyRows(
                    result + row * resultStride, resultStride, scores, scoreStride, 1, valuePart, panelWidth * keys,
                    height, resultStride, count, true, scores, valuePart, 0)
                row += height
            }
            firstKey += count
        }
        let outStride = heads * valueWidth
        let out = memory.out + (image * queries + firstQuery) * outStride + head * valueWidth
        for row in 0..<rows {
            kernels.combineRow(3, out + row * outStride, result + row * resultStride, 1, sums + row, 0, valueWidth)
        }
    }

    /// Adds to the scaled logits of one query what depends on its place and the keys'.
    private func finishLogits(
        _ memory: Memory, _ line: UnsafeMutablePointer<Float>, image: Int, head: Int, query: Int, firstKey: Int,
        count: Int
    ) {
        addPositions(memory, line, place: (image * heads + head) * queries + query, firstKey, count)
        if let bias = memory.bias {
            kernels.combineRow(0, line, line, 1, bias + (head * queries + query) * keys + firstKey, 1, count)
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
