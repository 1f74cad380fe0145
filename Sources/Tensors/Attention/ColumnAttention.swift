import KernelInterface

/// Cross-attention from the columns of a map to a few tokens, with a residual connection and a layer norm behind it.
///
/// A column x at the position p becomes
/// `x + sum over groups and keys of value * softmax in the group(key * (x + p) + offset)`, then layer normalised. The
/// projections of the columns are already multiplied into keys, offsets and values.
package struct ColumnUpdate: Sendable {
    let groups: Int
    let keys, offsets, values: Tensor
    let normWeight, normBias: Tensor
    let epsilon: Float

    /// - Parameters:
    ///   - keys: `[batch, groups * keys, rows]`, the keys of a group side by side.
    ///   - offsets: `[batch, groups * keys]`.
    ///   - values: `[batch, groups * keys, rows]`.
    ///   - normWeight: `[rows]`, as `normBias`.
    package init(
        groups: Int, keys: Tensor, offsets: Tensor, values: Tensor, normWeight: Tensor, normBias: Tensor,
        epsilon: Float
    ) {
        let shape = keys.shape
        require(
            shape.rank == 3 && groups > 0 && shape[1] % groups == 0 && values.shape == shape
                && offsets.shape == [shape[0], shape[1]] && normWeight.shape == [shape[2]]
                && normBias.shape == [shape[2]], "ColumnUpdate",
            "keys \(shape) in \(groups) groups, offsets \(offsets.shape), values \(values.shape)")
        self.groups = groups
        (self.keys, self.offsets, self.values) = (keys, offsets, values)
        (self.normWeight, self.normBias, self.epsilon) = (normWeight, normBias, epsilon)
    }
}

extension ColumnPanels {
    /// One pass over the columns: each column is updated, and then each query attends to all of them.
    ///
    /// A query q gets the mean of the new columns x, weighted with the softmax over all columns of `q * (x + p)`. This is
    /// cross-attention without projections of the map. A query comes already multiplied by the projection of the keys, and
    /// the caller multiplies the mean by the projection of the values afterwards. So the map itself is only multiplied by
    /// matrices of heads times tokens rows. That is cheaper than projecting the map as long as there are no more tokens than
    /// about the width of a head.
    ///
    /// - Parameters:
    ///   - position: one matrix of the same rows and columns.
    ///   - update: for as many matrices as there are queries for.
    ///   - queries: `[batch, count, rows]`. These columns are that many matrices, or one for all.
    /// - Returns: the new columns, and `[batch, count, rows]`.
    ///
    /// **Complexity**: 2 multiply-adds a column, row and query, and as many for the update. 256 columns are a task, so
    /// no result depends on the number of threads. Memory beside the new columns: the partial sums of each task.
    package func attended(
        position: ColumnPanels, update: ColumnUpdate?, queries: Tensor
    ) -> (columns: ColumnPanels, means: Tensor) {
        let batch = queries.shape[0]
        require(
            queries.shape.rank == 3 && queries.shape[2] == rows && (self.batch == batch || self.batch == 1)
                && position.batch == 1 && position.rows == rows && position.columns == columns && columns > 0,
            "attended", "\(self.batch) maps of \(rows) rows, queries \(queries.shape)")
        require(
            update.map { $0.keys.shape[0] == batch && $0.keys.shape[2] == rows } ?? true, "attended",
            "update \(update?.keys.shape ?? []) for queries \(queries.shape)")
        let plan = ColumnAttention(
            batch: batch, rows: rows, columns: columns, queryCount: queries.shape[1],
            keyCount: update?.keys.shape[1] ?? 0)
        return measured(plan.cost(maps: self.batch)) {
            guard let update else { return (self, plan.means(self, position, nil, nil, queries)) }
            var means: Tensor?
            let columns = ColumnPanels(uninitialized: batch, rows: rows, columns: columns) { target in
                means = plan.means(self, position, update, target, queries)
            }
            return (columns, means ?? queries)
        }
    }
}

/// The sizes of one pass, and the work on a task's columns.
struct ColumnAttention {
    let batch, rows, columns: Int
    let queryCount, keyCount: Int
    let kernels = Kernels.active
    let width = ColumnPanels.width

    typealias Source = UnsafePointer<Float>
    typealias Target = UnsafeMutablePointer<Float>

    /// Columns of one task. They, what the update multiplies by and the queries' sums stay in the second cache.
    private static let taskColumns = 256

    /// - Parameter maps: that are read, fewer than the batch where one serves for all.
    func cost(maps: Int) -> OperationCost {
        let vectors = 2 * batch * (queryCount + keyCount) * rows
        return OperationCost(
            .attention, multiplyAdds: vectors * columns,
            elements: (maps + 1 + (keyCount > 0 ? batch : 0)) * rows * columns + vectors)
    }

    private var panelSize: Int { rows * width }
    private var panels: Int { ColumnPanels.panels(columns) }
    private var taskPanels: Int { ColumnAttention.taskColumns / width }
    private var tasks: Int { (panels + taskPanels - 1) / taskPanels }
    /// How the tasks are shared. Their sums are put together in order, so what a task covers is the same for all threads.
    var split: WorkSplit { WorkSplit(each: batch * tasks, least: 1) }

    private var queryPanels: Int { ColumnPanels.panels(queryCount) }
    private var paddedQueries: Int { queryPanels * width }

    // Laid out once for each matrix: the queries as a right operand, and the update's values transposed, because columns
    // that lie a power of two apart would share cache sets.

    private var querySize: Int { paddedQueries * rows }
    private var packedSize: Int { querySize + rows * keyCount }

    /// What one task finds for each query: the greatest logit, the sum of the powers, and the weighted sum of the columns.
    private var partSize: Int { (2 + rows) * paddedQueries }

    func means(
        _ columns: ColumnPanels, _ position: ColumnPanels, _ update: ColumnUpdate?, _ target: Target?,
        _ queries: Tensor
    ) -> Tensor {
        withScratch(batch * packedSize) { packed in
            pack(queries, update, packed)
            return withScratch(batch * tasks * partSize) { parts in
                columns.read { source in
                    position.read { position in
                        read(update) { update in
                            ParallelRows.forEachDisjoint(split) { range in
                                withScratch(scratchSize) { scratch in
                                    for index in range {
                                        let matrix = index / tasks
                                        let offset = matrix * panels * panelSize
                                        run(
                                            index % tasks, source + (columns.batch == 1 ? 0 : offset), position,
                                            target.map { $0 + offset }, packed + matrix * packedSize,
                                            update?.offset(matrix: matrix, keyCount: keyCount, rows: rows),
                                            parts + index * partSize, scratch)
                                    }
                                }
                            }
                        }
                    }
                }
                return merged(parts)
            }
        }
    }

    // MARK: Operands

    /// Where an update's small vectors lie.
    private struct UpdateMemory {
        let groups: Int
        let keys, offsets: Source
        let normWeight, normBias: Source
        let epsilon: Float

        func offset(matrix: Int, keyCount: Int, rows: Int) -> UpdateMemory {
            UpdateMemory(
                groups: groups, keys: keys + matrix * keyCount * rows, offsets: offsets + matrix * keyCount,
                normWeight: normWeight, normBias: normBias, epsilon: epsilon)
        }
    }

    private func read<R>(_ update: ColumnUpdate?, _ body: (UpdateMemory?) -> R) -> R {
        guard let update else { return body(nil) }
        return update.keys.read { keys in
            update.offsets.read { offsets in
                update.normWeight.read { weight in
                    update.normBias.read { bias in
                        body(
                            UpdateMemory(
                                groups: update.groups, keys: keys, offsets: offsets, normWeight: weight,
                                normBias: bias, epsilon: update.epsilon))
                    }
                }
            }
        }
    }

    private func pack(_ queries: Tensor, _ update: ColumnUpdate?, _ packed: Target) {
        queries.read { source in
            for matrix in 0..<batch {
                for panel in 0..<queryPanels {
                    let first = panel * width
                    kernels.packRightPanel(
                        packed + matrix * packedSize + first * rows, source + (matrix * queryCount + first) * rows,
                        depthStride: 1, columnStride: rows, depth: rows, columns: min(width, queryCount - first))
                }
            }
        }
        guard let update else { return }
        update.values.read { values in
            for matrix in 0..<batch {
                kernels.transposeRows(
                    packed + matrix * packedSize + querySize, stride: keyCount, values + matrix * keyCount * rows,
                    stride: rows, rows: keyCount, columns: rows)
            }
        }
    }

    // MARK: One task

    // A column at its position; the update's logits of a panel; the queries' logits of all columns, one block of
    // columns a panel of queries.
    private var logitSize: Int { taskPanels * width * width }
    private var scratchSize: Int { panelSize + keyCount * width + queryPanels * logitSize }

    private func run(
        _ task: Int, _ source: Source, _ position: Source, _ target: Target?, _ packed: Source,
        _ update: UpdateMemory?, _ part: Target, _ scratch: Target
    ) {
        let first = task * taskPanels
        let range = first..<min(panels, first + taskPanels)
        let placed = scratch
        let keyLogits = placed + panelSize
        let logits = keyLogits + keyCount * width
        for panel in range {
            let current = source + panel * panelSize
            let here = position + panel * panelSize
            kernels.combineRow(.add, placed, current, step: 1, here, step: 1, count: panelSize)
            if let update, let target {
                apply(
                    update, packed + querySize, placed: placed, logits: keyLogits, old: current,
                    new: target + panel * panelSize, position: here)
            }
            kernels.multiplyTransposedPanel(
                logits + (panel - first) * width * width, stride: logitSize, placed, by: packed,
                panelStride: width * rows, panels: queryPanels, depth: rows)
        }
        let (maxima, sums) = (part, part + paddedQueries)
        let count = min(columns, range.upperBound * width) - first * width
        for panel in 0..<queryPanels {
            kernels.exponentialColumns(
                logits + panel * logitSize, maxima: maxima + panel * width, sums: sums + panel * width, rows: count)
        }
        let read = UnsafePointer(target) ?? source
        for panel in range {
            kernels.multiplyPanel(
                sums + paddedQueries, stride: paddedQueries, read + panel * panelSize, rows: rows,
                by: logits + (panel - first) * width * width, panelStride: logitSize, panels: queryPanels,
                depth: min(width, columns - panel * width), accumulate: panel > first)
        }
    }

    /// Makes new columns of old ones, and places them.
    private func apply(
        _ update: UpdateMemory, _ values: Source, placed: Target, logits: Target, old: Source, new: Target,
        position: Source
    ) {
        kernels.multiply(logits, stride: width, update.keys, rows: keyCount, depth: rows, byPanel: placed)
        kernels.softmaxColumnGroups(
            logits, offsets: update.offsets, groups: update.groups, rows: keyCount / update.groups)
        kernels.multiply(new, stride: width, values, rows: rows, depth: keyCount, byPanel: logits)
        kernels.normalizePanelSum(
            new, placed: placed, old, position: position, weight: update.normWeight, bias: update.normBias,
            epsilon: update.epsilon, rows: rows)
    }

    // MARK: All tasks

    /// The tasks' sums put together in the order of their columns: `[batch, queries, rows]`.
    private func merged(_ parts: Target) -> Tensor {
        let padded = paddedQueries
        for matrix in 0..<batch { weigh(parts + matrix * tasks * partSize) }
        // Some rows of all tasks, which fit the second cache together with their sum.
        let block = 32
        let blocks = (rows + block - 1) / block
        return Tensor.filled([batch, queryCount, rows]) { out in
            ParallelRows.forEachDisjoint(
                WorkSplit(batch * blocks, least: 65_536 / (tasks * block * padded))
            ) { range in
                withScratch(block * padded) { sum in
                    for index in range {
                        let (matrix, first) = (index / blocks, index % blocks * block)
                        let count = min(block, rows - first)
                        let own = parts + matrix * tasks * partSize
                        kernels.fillRow(sum, with: 0, count: count * padded)
                        for task in 0..<tasks {
                            let factors = own + task * partSize
                            kernels.addScaledColumns(
                                sum, factors + (2 + first) * padded, by: factors, rows: count, columns: padded)
                        }
                        kernels.transposeRows(
                            out + matrix * queryCount * rows + first, stride: rows, sum, stride: padded, rows: count,
                            columns: queryCount)
                    }
                }
            }
        }
    }

    /// Replaces the greatest logits of each part by the factor with which the part's sums count in the whole map.
    private func weigh(_ parts: Target) {
        let padded = paddedQueries
        withScratch(2 * padded) { scratch in
            let (maxima, totals) = (scratch, scratch + padded)
            kernels.fillRow(maxima, with: -.infinity, count: padded)
            kernels.fillRow(totals, with: 0, count: padded)
            for task in 0..<tasks { kernels.maximumRows(maxima, parts + task * partSize, count: padded) }
            for task in 0..<tasks {
                let factors = parts + task * partSize
                kernels.combineRow(.subtract, factors, factors, step: 1, maxima, step: 1, count: padded)
                kernels.exponentialRow(factors, factors, count: padded)
                kernels.addScaledColumns(totals, factors + padded, by: factors, rows: 1, columns: padded)
            }
            for task in 0..<tasks {
                let factors = parts + task * partSize
                kernels.combineRow(.divide, factors, factors, step: 1, totals, step: 1, count: padded)
            }
        }
    }
}
