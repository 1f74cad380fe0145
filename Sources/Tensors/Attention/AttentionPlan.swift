import KernelInterface

/// How one attention is cut into blocks, and the work on a block.
///
/// A group is an image of the batch or one window of it: its tokens attend only to each other. The keys and values of
/// every head of a group are packed into panels once. Then each block of queries goes over all blocks of keys. A task
/// is a head if there are enough heads for the threads, and a block of queries otherwise. Every query is computed by itself,
/// so blocks of queries may depend on the number of threads. Blocks of keys follow from the shapes alone.
struct AttentionPlan {
    let kernels: any KernelSet.Type
    let windows: AttentionWindows?
    let positions: RelativePositionTables?
    let heads: Int
    /// Of one group at most; with windows its slots.
    let queries, keys: Int
    let headWidth, valueWidth: Int
    let scale: Float
    let isCausal, hasBias: Bool
    /// Of `positions`; 0 without.
    let gridSide: Int
    private let termStride: Int

    init(
        kernels: any KernelSet.Type, heads: Int, queries: Int, keys: Int, headWidth: Int, valueWidth: Int, scale: Float,
        isCausal: Bool, hasBias: Bool, windows: AttentionWindows?, positions: RelativePositionTables?
    ) {
        self.kernels = kernels
        self.heads = heads
        (self.queries, self.keys) = (queries, keys)
        (self.headWidth, self.valueWidth) = (headWidth, valueWidth)
        self.scale = scale
        (self.isCausal, self.hasBias) = (isCausal, hasBias)
        self.windows = windows
        self.positions = positions
        gridSide = positions?.side ?? 0
        termStride = positions?.stride ?? 0
    }

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

    /// Keys of one block at most, so that their logits for a tile of queries stay in the first cache.
    private static let keyBlock = 640

    var panelWidth: Int { kernels.tileColumns }
    var keyPanels: Int { (keys + panelWidth - 1) / panelWidth }
    var valuePanels: Int { (valueWidth + panelWidth - 1) / panelWidth }
    /// Elements of one head's packed keys, and of its packed values.
    var keySize: Int { keyPanels * panelWidth * headWidth }
    var valueSize: Int { valuePanels * panelWidth * keys }

    /// Keys of a block: whole panels, blocks of nearly equal size.
    private var blockKeys: Int {
        let most = AttentionPlan.keyBlock / panelWidth
        let blocks = max(1, (keyPanels + most - 1) / most)
        return (keyPanels + blocks - 1) / blocks * panelWidth
    }

    /// The queries of a group: a rectangle of tokens.
    func extent(_ group: Int) -> (height: Int, width: Int) {
        if let windows { return windows.extent(group % windows.count) }
        if gridSide > 0 { return (gridSide, gridSide) }
        return (1, queries)
    }

    /// Those of one element of the batch: logits and weighted values of every query with each key that it sees, and the
    /// terms of relative positions.
    var multiplyAdds: Int {
        let rows = windows.map { $0.gridHeight * $0.gridWidth } ?? queries
        let pairs = isCausal ? queries * (queries + 1) / 2 : rows * keys
        return heads * (pairs * (headWidth + valueWidth) + rows * 2 * gridSide * headWidth)
    }

    /// The row in the tensors of a group's query, which is number `index` of its rectangle.
    func row(_ group: Int, _ index: Int) -> Int {
        guard let windows else { return group * queries + index }
        let width = windows.extent(group % windows.count).width
        return group / windows.count * windows.gridHeight * windows.gridWidth
            + windows.token(group % windows.count, y: index / width, x: index % width)
    }

    /// The place of a query among the slots of its group.
    func slot(_ group: Int, _ index: Int) -> Int {
        guard let windows else { return index }
        let width = windows.extent(group % windows.count).width
        return index / width * windows.side + index % width
    }

    /// The softmax uses powers of two, which cost less than powers of e. So `scale`, and every term that is added to
    /// logits, is multiplied by this factor.
    static let log2e: Float = 1.442695040888963

    func run(_ memory: Memory, groups: Int) {
        if queries == 0 || valueWidth == 0 { return }
        let cut = cut(groups: groups, threads: ComputeThreads.count)
        let (blockRows, blocks) = (cut.blockRows, cut.blocks)
        let size = keySize + valueSize
        let scratchCount = scratchCount(blockRows)
        let exit = EarlyExit()
        let gatheredCount = windows == nil ? 1 : keys * headWidth
        guard let packing = cut.packing else {
            // One head is one task, so that its packed keys and values stay in the cache of its thread.
            ParallelRows.forEachDisjoint(cut.split) { range in
                withScratch(size + gatheredCount + scratchCount) { packed in
                    let gathered = packed + size
                    for index in range where !exit.isDue {
                        pack(memory, packed, index / heads, index % heads, gathered, panels: 0..<keyPanels)
                        for block in 0..<blocks {
                            runBlock(
                                memory, packed: packed, group: index / heads, head: index % heads,
                                firstQuery: block * blockRows, blockRows, scratch: gathered + gatheredCount)
                        }
                    }
                }
            }
            return
        }
        withScratch(groups * heads * size) { packed in
            ParallelRows.forEachDisjoint(packing) { range in
                withScratch(gatheredCount) { gathered in
                    for task in range {
                        let (index, part) = (task / cut.parts, task % cut.parts)
                        let panels = part * keyPanels / cut.parts..<(part + 1) * keyPanels / cut.parts
                        pack(memory, packed + index * size, index / heads, index % heads, gathered, panels: panels)
                    }
                }
            }
            ParallelRows.forEachDisjoint(cut.split) { range in
                withScratch(scratchCount) { scratch in
                    for index in range where !exit.isDue {
                        runBlock(
                            memory, packed: packed + (index / blocks) * size, group: index / blocks / heads,
                            head: (index / blocks) % heads, firstQuery: (index % blocks) * blockRows, blockRows,
                            scratch: scratch)
                    }
                }
            }
        }
    }

    // A task's scratch: the logits of one tile, the queries, the running result, maxima and sums, and the terms of
    // relative positions.

    /// A row of logits starts 16 elements off a power of two, so that rows do not share cache sets.
    private var scoreStride: Int { blockKeys + 16 }
    private var resultStride: Int { valuePanels * panelWidth }
    private func scratchCount(_ blockRows: Int) -> Int {
        kernels.tileRows * scoreStride + blockRows * (headWidth + resultStride + 2 + 2 * termStride) + kernels.laneCount
    }

    private func runBlock(
        _ memory: Memory, packed: UnsafePointer<Float>, group: Int, head: Int, firstQuery: Int, _ blockRows: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let extent = extent(group)
        let rows = min(blockRows, extent.height * extent.width - firstQuery)
        // A window over an edge has fewer queries than slots.
        if rows <= 0 { return }
        let scores = scratch
        let scaled = scores + kernels.tileRows * scoreStride
        let result = scaled + rows * headWidth
        let maxima = result + rows * resultStride
        let sums = maxima + rows
        let rowTerms = sums + rows
        let columnTerms = rowTerms + rows * termStride
        copyQueries(memory.query, group, head, firstQuery..<firstQuery + rows, to: scaled)
        positions?.makeTerms(
            rowTerms: rowTerms, columnTerms: columnTerms, queries: scaled, first: firstQuery, count: rows,
            width: extent.width)
        kernels.scaleRow(scaled, by: scale * AttentionPlan.log2e, count: rows * headWidth)
        kernels.fillRow(result, with: 0, count: rows * resultStride)
        kernels.fillRow(maxima, with: -.infinity, count: rows)
        kernels.fillRow(sums, with: 0, count: rows)
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
                begin(
                    scores, rows: height, group: group, head: head, query: firstQuery + first, key: firstKey,
                    count: count, bias: memory.bias, rowTerms + first * termStride, columnTerms + first * termStride)
                // Both products are whole panels wide, so there is no edge to make.
                kernels.multiplyRows(
                    scores, stride: scoreStride, scaled + first * headWidth, rowStride: headWidth, depthStride: 1,
                    by: keyPart, panelStride: panelWidth * headWidth, rows: height, columns: padded, depth: headWidth,
                    accumulate: hasTerms)
                kernels.foldSoftmaxRows(
                    scores, stride: scoreStride, rows: height, count: count,
                    seen: isCausal ? firstQuery + first + 1 - firstKey : count, seenStep: isCausal ? 1 : 0,
                    padded: padded, maxima: maxima + first, sums: sums + first,
                    accumulator: result + first * resultStride, width: resultStride)
                kernels.multiplyRows(
                    result + first * resultStride, stride: resultStride, scores, rowStride: scoreStride, depthStride: 1,
                    by: valuePart, panelStride: panelWidth * keys, rows: height, columns: resultStride, depth: count,
                    accumulate: true)
            }
            firstKey += count
        }
        let outStride = heads * valueWidth
        forEachRun(group, firstQuery..<firstQuery + rows) { first, count in
            kernels.divideRows(
                memory.out + row(group, firstQuery + first) * outStride + head * valueWidth, stride: outStride,
                result + first * resultStride, stride: resultStride, by: sums + first, rows: count, columns: valueWidth)
        }
    }

    private var hasTerms: Bool { gridSide > 0 || hasBias }

    /// Writes the terms of the logits of a tile first; the product is then added to them.
    private func begin(
        _ scores: UnsafeMutablePointer<Float>, rows: Int, group: Int, head: Int, query: Int, key: Int, count: Int,
        bias: UnsafePointer<Float>?, _ rowTerms: UnsafePointer<Float>, _ columnTerms: UnsafePointer<Float>
    ) {
        if gridSide > 0 {
            kernels.spreadGridTerms(
                scores, stride: scoreStride, rowTerms: rowTerms, columnTerms: columnTerms, termStride: termStride,
                rows: rows, first: key, count: count, gridWidth: gridSide)
        }
        guard let bias else { return }
        withUnsafePointer(to: AttentionPlan.log2e) { log2e in
            for line in 0..<rows {
                let own = bias + (head * queries + slot(group, query + line)) * keys + key
                if gridSide > 0 {
                    kernels.addScaledRow(scores + line * scoreStride, own, by: log2e[0], count: count)
                } else {
                    kernels.combineRow(
                        .multiply, scores + line * scoreStride, own, step: 1, log2e, step: 0, count: count)
                }
            }
        }
    }
}
