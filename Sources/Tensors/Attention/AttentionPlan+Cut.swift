import KernelInterface

extension AttentionPlan {
    /// Queries of one block at most. They go over the same keys while those are in the second cache. With relative
    /// positions, a block holds whole rows of the square, because the queries of a column share work.
    private static let queryBlock = 100
    private static let positionedQueryBlock = 200
    /// Packed keys and values of one head that stay in the second cache, in elements.
    private static let nearSize = 131_072
    /// Multiply-adds that are worth a task.
    private static let leastWork = 131_072
    /// Multiply-adds in the time in which a number is packed.
    private static let packedWork = 24

    /// How the work is cut.
    struct Cut {
        /// Queries of a block, and blocks of a head.
        let blockRows, blocks: Int
        /// Parts in which the keys and values of a head are packed, and how all of them are shared; nil where a head is a
        /// task, which packs them itself.
        let parts: Int
        let packing: WorkSplit?
        /// How the heads, or the blocks of all heads, are shared.
        let split: WorkSplit
    }

    /// - Parameter groups: images of the batch, or windows of all of them.
    func cut(groups: Int, threads: Int) -> Cut {
        let headCount = groups * heads
        let most = mostRows
        let isNear = keySize + valueSize <= AttentionPlan.nearSize
        let isEnough = headCount >= WorkSplit.tasksPerThread * threads
        let queryWork = max(1, keys * (headWidth + valueWidth))
        let work = queries * queryWork + AttentionPlan.packedWork * (keySize + valueSize)
        let isSmall = work <= 2 * WorkSplit.tasksPerThread * AttentionPlan.leastWork
        if isEnough && isNear || most >= queries && (isEnough || isSmall || windows != nil || isCausal) {
            let split = WorkSplit(headCount, least: AttentionPlan.leastWork / work, threads: threads)
            return Cut(blockRows: most, blocks: blocks(most), parts: 1, packing: nil, split: split)
        }
        let rows = blockRows(most, headCount, AttentionPlan.leastWork / queryWork, threads)
        let parts = packedParts(headCount, threads)
        return Cut(
            blockRows: rows, blocks: blocks(rows), parts: parts, packing: WorkSplit(each: headCount * parts, least: 1),
            split: WorkSplit(each: headCount * blocks(rows), least: AttentionPlan.leastWork / (rows * queryWork)))
    }

    private func blocks(_ rows: Int) -> Int { (queries + rows - 1) / rows }

    /// Queries of a block as one thread computes them fastest. Blocks are of nearly equal size, so that the last one is not a
    /// few rows.
    private var mostRows: Int {
        if gridSide > 0 && gridSide <= AttentionPlan.positionedQueryBlock {
            return min(queries, AttentionPlan.positionedQueryBlock / gridSide * gridSide)
        }
        let blocks = max(1, (queries + AttentionPlan.queryBlock - 1) / AttentionPlan.queryBlock)
        return (queries + blocks - 1) / blocks
    }

    /// Smaller blocks are whole tiles, or whole rows of the square. With a causal mask the keys that are looked at depend on
    /// the block, so it stays as it is.
    private func blockRows(_ most: Int, _ headCount: Int, _ least: Int, _ threads: Int) -> Int {
        if isCausal { return most }
        let isPositioned = gridSide > 0 && gridSide <= AttentionPlan.positionedQueryBlock
        return WorkSplit.taskSize(
            of: queries, lists: headCount, most: most, step: isPositioned ? gridSide : kernels.tileRows, least: least,
            threads: threads)
    }

    /// Parts in which the keys and values of a head are packed. A window is gathered as a whole.
    private func packedParts(_ headCount: Int, _ threads: Int) -> Int {
        if windows != nil { return 1 }
        let least = WorkSplit.leastNumbers * keyPanels / max(1, keySize + valueSize)
        let panels = WorkSplit.taskSize(
            of: keyPanels, lists: headCount, most: keyPanels, step: 1, least: least, threads: threads)
        return max(1, (keyPanels + panels - 1) / max(1, panels))
    }
}
