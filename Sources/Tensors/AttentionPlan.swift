/// How one attention is cut into blocks, and the work on a block.
struct AttentionPlan {
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
    }

    /// Queries of one block. Their logits against one block of keys stay in the second cache.
    private var queryBlock: Int { min(queries, 128) }

    /// Keys of one block; whole rows of the grid where there is one.
    private var keyBlock: Int {
        let most = 512
        if gridWidth == 0 { return min(keys, most) }
        return min(keys, max(1, most / gridWidth) * gridWidth)
    }

    func run(_ memory: Memory, batch: Int) {
        if queries == 0 || valueWidth == 0 { return }
        let block = MatrixBlock.active
        let blocks = (queries + queryBlock - 1) / queryBlock
        ParallelRows.forEachDisjoint(count: batch * heads * blocks, minimumPerTask: 1) { range in
            // A row of logits starts 16 elements off a power of two, so that rows do not share cache sets.
            let scoreStride = keyBlock + 16
            let scoreCount = queryBlock * scoreStride
            withScratch(scoreCount + queryBlock * (valueWidth + 2)) { scratch in
                for index in range {
                    runBlock(
                        memory, block, image: index / blocks / heads, head: (index / blocks) % heads,
                        firstQuery: (index % blocks) * queryBlock, scores: scratch, scoreStride: scoreStride,
                        accumulator: scratch + scoreCount)
                }
            }
        }
    }

    private func runBlock(
        _ memory: Memory, _ block: MatrixBlock, image: Int, head: Int, firstQuery: Int,
        scores: UnsafeMutablePointer<Float>, scoreStride: Int, accumulator: UnsafeMutablePointer<Float>
    ) {
        let kernels = block.kernels
        let rows = min(queryBlock, queries - firstQuery)
        let maxima = accumulator + queryBlock * valueWidth
        let sums = maxima + queryBlock
        kernels.fillRow(accumulator, 0, rows * valueWidth)
        kernels.fillRow(maxima, -.infinity, rows)
        kernels.fillRow(sums, 0, rows)
        let query = memory.query + (image * queries + firstQuery) * memory.queryStride + head * headWidth
        let visible = isCausal ? firstQuery + rows : keys
        var firstKey = 0
        while firstKey < visible {
            let count = min(keyBlock, visible - firstKey)
            let token = image * keys + firstKey
            block.multiply(
                scores, stride: scoreStride, .rowMajor(query, stride: memory.queryStride),
                .transposed(memory.key + token * memory.keyStride + head * headWidth, stride: memory.keyStride),
                rows: rows, columns: count, depth: headWidth)
            for row in 0..<rows {
                let line = scores + row * scoreStride
                if let rowTerms = memory.rows, let columnTerms = memory.columns {
                    let place = (image * heads + head) * queries + firstQuery + row
                    kernels.addGridTermsRow(
                        line, scale, rowTerms + place * gridHeight + firstKey / gridWidth,
                        columnTerms + place * gridWidth, count / gridWidth, gridWidth)
                } else {
                    kernels.scaleRow(line, scale, count)
                }
                let seen = isCausal ? min(count, max(0, firstQuery + row + 1 - firstKey)) : count
                kernels.foldSoftmaxRow(
                    line, seen, count, maxima + row, sums + row, accumulator + row * valueWidth, valueWidth)
            }
            block.multiply(
                accumulator, stride: valueWidth, .rowMajor(scores, stride: scoreStride),
                .rowMajor(memory.value + token * memory.valueStride + head * valueWidth, stride: memory.valueStride),
                rows: rows, columns: valueWidth, depth: count, accumulate: true)
            firstKey += count
        }
        let outStride = heads * valueWidth
        let out = memory.out + (image * queries + firstQuery) * outStride + head * valueWidth
        for row in 0..<rows {
            kernels.combineRow(
                3, out + row * outStride, accumulator + row * valueWidth, 1, sums + row, 0, valueWidth)
        }
    }
}
