/// How one attention is cut into blocks, and the work on a block.
///
/// A group is an image of the batch, or one window of it: what attends within itself. The keys and values of every head
/// of a group are packed into panels once; then blocks of queries, in parallel, go over blocks of keys. All sizes come from
/// the shapes alone.
struct AttentionPlan {
    let kernels: KernelTable
    let heads: Int
    /// Of one group at most; with windows its slots.
    let queries: Int
    let keys: Int
    let headWidth: Int
    let valueWidth: Int
    let scale: Float
    let isCausal: Bool
    let windows: AttentionWindows?
    let positions: RelativePositionTables?

    struct Operand {
        let base: UnsafePointer<Float>
        let stride: Int
        /// The row of a token that is not there.
        let padding: UnsafePointer<Float>?
    }

    struct Memory {
        let out: UnsafeMutablePointer<Float>
        let query: Operand
        let key: Operand
        let value: Operand
        let bias: UnsafePointer<Float>?
    }

    /// Queries of one block at most: they go over the same keys while those are in the second cache. With relative
    /// positions whole rows of the square, since queries below each other share work.
    private static let queryBlock = 100
    private static let positionedQueryBlock = 200
    /// Keys of one block at most; the logits of a tile of queries against them stay in the first cache.
    private static let keyBlock = 640

    private var panelWidth: Int { kernels.tileColumns }
    private var keyPanels: Int { (keys + panelWidth - 1) / panelWidth }
    private var valuePanels: Int { (valueWidth + panelWidth - 1) / panelWidth }
    /// Elements of one head's packed keys, and of its packed values.
    private var keySize: Int { keyPanels * panelWidth * headWidth }
    private var valueSize: Int { valuePanels * panelWidth * keys }

    /// Queries of a block: blocks of equal size, so that the last one is not a few rows.
    private func blockRows(_ queries: Int) -> Int {
        if let positions, positions.side <= AttentionPlan.positionedQueryBlock {
            let lines = AttentionPlan.positionedQueryBlock / positions.side
            return min(queries, lines * positions.side)
        }
        let blocks = max(1, (queries + AttentionPlan.queryBlock - 1) / AttentionPlan.queryBlock)
        return (queries + blocks - 1) / blocks
    }

    /// Keys of a block: whole panels, blocks of nearly equal size.
    private var blockKeys: Int {
        let most = AttentionPlan.keyBlock / panelWidth
        let blocks = max(1, (keyPanels + most - 1) / most)
        return (keyPanels + blocks - 1) / blocks * panelWidth
    }

    /// The queries of a group: a rectangle of tokens.
    private func extent(_ group: Int) -> (height: Int, width: Int) {
        if let windows { return windows.extent(group % windows.count) }
        if let positions { return (positions.side, positions.side) }
        return (1, queries)
    }

    /// The row in the tensors of a group's query, which is number `index` of its rectangle.
    private func row(_ group: Int, _ index: Int) -> Int {
        guard let windows else { return group * queries + index }
        let width = windows.extent(group % windows.count).width
        return group / windows.count * windows.gridHeight * windows.gridWidth
            + windows.token(group % windows.count, y: index / width, x: index % width)
    }

    /// The place of a query among the slots of its group.
    private func slot(_ group: Int, _ index: Int) -> Int {
        guard let windows else { return index }
        let width = windows.extent(group % windows.count).width
        return index / width * windows.side + index % width
    }

    func run(_ memory: Memory, groups: Int) {
        if queries == 0 || valueWidth == 0 { return }
        let headCount = groups * heads
        let blockRows = blockRows(queries)
        let blocks = (queries + blockRows - 1) / blockRows
        withScratch(headCount * (keySize + valueSize)) { packed in
            ParallelRows.forEachDisjoint(
                count: headCount, minimumPerTask: max(1, 32_768 / max(1, keySize + valueSize))
            ) { range in
                withScratch(windows == nil ? 1 : keys * max(headWidth, valueWidth)) { gathered in
                    for index in range {
                        pack(
                            memory, packed + index * (keySize + valueSize), index / heads, index % heads, gathered)
                    }
                }
            }
            ParallelRows.forEachDisjoint(
                count: headCount * blocks,
                minimumPerTask: max(1, 131_072 / max(1, blockRows * keys * (headWidth + valueWidth)))
            ) { range in
                withScratch(scratchCount) { scratch in
                    for index in range {
                        runBlock(
                            memory, packed: packed + (index / blocks) * (keySize + valueSize),
                            group: index / blocks / heads, head: (index / blocks) % heads,
                            firstQuery: (index % blocks) * blockRows, scratch: scratch)
                    }
                }
            }
        }
    }

    /// Lays out the keys and values of one head as right operands.
    private func pack(
        _ memory: Memory, _ target: UnsafeMutablePointer<Float>, _ group: Int, _ head: Int,
        _ gathered: UnsafeMutablePointer<Float>
    ) {
        let (key, keyStride) = rows(memory.key, group, column: head * headWidth, width: headWidth, gathered)
        for panel in 0..<keyPanels {
            let first = panel * panelWidth
            kernels.packRightPanel(
                target + first * headWidth, key + first * keyStride, 1, keyStride, headWidth,
                min(panelWidth, keys - first))
        }
        let (value, valueStride) = rows(memory.value, group, column: head * valueWidth, width: valueWidth, gathered)
        for panel in 0..<valuePanels {
            let first = panel * panelWidth
            kernels.packRightPanel(
                target + keySize + first * keys, value + first, valueStride, 1, keys,
                min(panelWidth, valueWidth - first))
        }
    }

    /// One head's keys or values of a group, one after the other: as they lie, or gathered from the places of a window.
    private func rows(
        _ operand: Operand, _ group: Int, column: Int, width: Int, _ gathered: UnsafeMutablePointer<Float>
    ) -> (base: UnsafePointer<Float>, stride: Int) {
        guard let windows else { return (operand.base + group * keys * operand.stride + column, operand.stride) }
        let window = group % windows.count
        let extent = windows.extent(window)
        let side = windows.side
        for y in 0..<side {
            let line = gathered + y * side * width
            let real = y < extent.height ? extent.width : 0
            if real > 0 {
                let first = row(group, y * extent.width)
                kernels.copyRows(
                    line, width, operand.base + first * operand.stride + column, operand.stride, real, width)
            }
            if let padding = operand.padding {
                kernels.copyRows(line + real * width, width, padding + column, 0, side - real, width)
            } else {
                kernels.fillRow(line + real * width, 0, (side - real) * width)
            }
        }
        return (UnsafePointer(gathered), width)
    }

    // A task's scratch: the logits of one tile, the queries, the running result, maxima and sums, and the terms of relative
    // positions.

    /// A row of logits starts 16 elements off a power of two, so that rows do not share cache sets.
    private var scoreStride: Int { blockKeys + 16 }
    private var resultStride: Int { valuePanels * panelWidth }
    private var termStride: Int { positions?.stride ?? 0 }
    private var scratchCount: Int {
        kernels.tileRows * scoreStride + blockRows(queries) * (headWidth + resultStride + 2 + 2 * termStride)
    }

    private func runBlock(
        _ memory: Memory, packed: UnsafePointer<Float>, group: Int, head: Int, firstQuery: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let extent = extent(group)
        let rows = min(blockRows(queries), extent.height * extent.width - firstQuery)
        // A window over an edge has fewer queries than slots.
        if rows <= 0 { return }
        let scores = scratch
        let scaled = scores + kernels.tileRows * scoreStride
        let result = scaled + rows * headWidth
        let maxima = result + rows * resultStride
        let sums = maxima + rows
        let rowTerms = sums + rows
        let columnTerms = rowTerms + rows * termStride
        for line in 0..<rows {
            kernels.copyRows(
                scaled + line * headWidth, headWidth,
                memory.query.base + row(group, firstQuery + line) * memory.query.stride + head * headWidth, headWidth,
                1,
                headWidth)
        }
        positions?.makeTerms(
            rowTerms: rowTerms, columnTerms: columnTerms, queries: scaled, first: firstQuery, count: rows,
            width: extent.width)
        kernels.scaleRow(scaled, scale, rows * headWidth)
        kernels.fillRow(result, 0, rows * resultStride)
        kernels.fillRow(maxima, -.infinity, rows)
        kernels.fillRow(sums, 0, rows)
        let tiles = (rows + kernels.tileRows - 1) / kernels.tileRows
        let visible = isCausal ? firstQuery + rows : keys
        var firstKey = 0
        while firstKey < visible {
            let count = min(blockKeys, visible - firstKey)
            let padded = (count + panelWidth - 1) / panelWidth * panelWidth
            let keyPart = packed + firstKey * headWidth
            let valuePart = packed + keySize + firstKey * panelWidth
            for tile in 0..<tiles {
                let first = tile * rows / tiles
                let height = (tile + 1) * rows / tiles - first
                // Both products are whole panels wide, so there is no edge to make.
                kernels.multiplyRows(
                    scores, scoreStride, scaled + first * headWidth, headWidth, 1, keyPart, panelWidth * headWidth,
                    height, padded, headWidth, false, scores, keyPart, 0)
                for line in first..<first + height {
                    let logits = scores + (line - first) * scoreStride
                    addPositions(
                        rowTerms + line * termStride, columnTerms + line * termStride, logits, firstKey, count)
                    if let bias = memory.bias {
                        let own = (head * queries + slot(group, firstQuery + line)) * keys + firstKey
                        kernels.combineRow(0, logits, logits, 1, bias + own, 1, count)
                    }
                    let seen = isCausal ? min(count, max(0, firstQuery + line + 1 - firstKey)) : count
                    kernels.foldSoftmaxRow(
                        logits, seen, padded, maxima + line, sums + line, result + line * resultStride, resultStride)
                }
                kernels.multiplyRows(
                    result + first * resultStride, resultStride, scores, scoreStride, 1, valuePart, panelWidth * keys,
                    height, resultStride, count, true, scores, valuePart, 0)
            }
            firstKey += count
        }
        let outStride = heads * valueWidth
        for line in 0..<rows {
            kernels.combineRow(
                3, memory.out + row(group, firstQuery + line) * outStride + head * valueWidth,
                result + line * resultStride, 1, sums + line, 0, valueWidth)
        }
    }

    /// Adds the relative-position terms of one query to its logits of the keys `firstKey ..< firstKey + count`: the end
    /// of a row of the square, whole rows, the start of a row.
    private func addPositions(
        _ rowTerms: UnsafePointer<Float>, _ columnTerms: UnsafePointer<Float>, _ line: UnsafeMutablePointer<Float>,
        _ firstKey: Int, _ count: Int
    ) {
        guard let side = positions?.side else { return }
        var key = firstKey
        let end = firstKey + count
        while key < end {
            let column = key % side
            let isWhole = column == 0 && end - key >= side
            let height = isWhole ? (end - key) / side : 1
            let width = isWhole ? side : min(side - column, end - key)
            kernels.addGridTermsRow(line + (key - firstKey), rowTerms + key / side, columnTerms + column, height, width)
            key += height * width
        }
    }
}
