import KernelInterface

/// What the columns of a map learn from a few keys of their own: for each column x at the position p
///
/// `x + sum over groups and keys of answer * softmax in the group(question * (x + p) + offset)`, then layer normalised.
package struct ColumnUpdate: Sendable {
    let groups: Int
    let questions: Tensor
    let offsets: Tensor
    let answers: Tensor
    let normWeight: Tensor
    let normBias: Tensor
    let epsilon: Float

    /// - Parameters:
    ///   - questions: `[batch, groups * keys, rows]`, the keys of a group side by side.
    ///   - offsets: `[batch, groups * keys]`.
    ///   - answers: `[batch, groups * keys, rows]`.
    ///   - normWeight: `[rows]`, as `normBias`.
    package init(
        groups: Int, questions: Tensor, offsets: Tensor, answers: Tensor, normWeight: Tensor, normBias: Tensor,
        epsilon: Float
    ) {
        let shape = questions.shape
        require(
            shape.rank == 3 && groups > 0 && shape[1] % groups == 0 && answers.shape == shape
                && offsets.shape == [shape[0], shape[1]] && normWeight.shape == [shape[2]]
                && normBias.shape == [shape[2]], "ColumnUpdate",
            "questions \(shape) in \(groups) groups, offsets \(offsets.shape), answers \(answers.shape)")
        self.groups = groups
        self.questions = questions
        self.offsets = offsets
        self.answers = answers
        self.normWeight = normWeight
        self.normBias = normBias
        self.epsilon = epsilon
    }
}

extension ColumnPanels {
    /// One pass over the columns: each is brought up to date, and each question reads all of them.
    ///
    /// A question q of `questions` gets the mean of the (new) columns x, weighted with the softmax over all columns of
    /// `q * (x + p)`. Attention with the projections taken out of the map: what a head asks is brought to the width of the
    /// columns first, and what it was answered is projected afterwards, so that the map itself is only multiplied by
    /// matrices as small as there are heads times tokens. Cheaper than projecting the map for up to about as many tokens as
    /// a head is wide.
    ///
    /// - Parameters:
    ///   - position: one matrix of the same rows and columns.
    ///   - update: for as many matrices as there are questions for.
    ///   - questions: `[batch, count, rows]`. These columns are that many matrices, or one for all.
    /// - Returns: the new columns, and `[batch, count, rows]`.
    ///
    /// **Complexity**: 2 multiply-adds a column, row and question, and as many for the update. 256 columns are a task, so
    /// no result depends on the number of threads. Beside the new columns: the answers of each task.
    package func attended(
        position: ColumnPanels, update: ColumnUpdate?, questions: Tensor
    ) -> (columns: ColumnPanels, means: Tensor) {
        let batch = questions.shape[0]
        require(
            questions.shape.rank == 3 && questions.shape[2] == rows && (self.batch == batch || self.batch == 1)
                && position.batch == 1 && position.rows == rows && position.columns == columns && columns > 0,
            "attended", "\(self.batch) maps of \(rows) rows, questions \(questions.shape)")
        require(
            update.map { $0.questions.shape[0] == batch && $0.questions.shape[2] == rows } ?? true, "attended",
            "update \(update?.questions.shape ?? []) for questions \(questions.shape)")
        let plan = ColumnAttention(
            batch: batch, rows: rows, columns: columns, questions: questions.shape[1],
            keys: update?.questions.shape[1] ?? 0)
        guard let update else {
            return (self, plan.means(self, position, nil, nil, questions))
        }
        var means: Tensor?
        let columns = ColumnPanels(uninitialized: batch, rows: rows, columns: columns) { target in
            means = plan.means(self, position, update, target, questions)
        }
        return (columns, means ?? questions)
    }
}

/// The sizes of one pass, and the work on a task's columns.
private struct ColumnAttention {
    let batch: Int
    let rows: Int
    let columns: Int
    let questions: Int
    let keys: Int
    let kernels = Kernels.active
    let width = ColumnPanels.width

    typealias Source = UnsafePointer<Float>
    typealias Target = UnsafeMutablePointer<Float>

    /// Columns of one task. They, what the update multiplies by and what the questions add up stay in the second cache.
    private static let taskColumns = 256

    private var panelSize: Int { rows * width }
    private var panels: Int { ColumnPanels.panels(columns) }
    private var taskPanels: Int { ColumnAttention.taskColumns / width }
    private var tasks: Int { (panels + taskPanels - 1) / taskPanels }
    private var questionPanels: Int { ColumnPanels.panels(questions) }
    private var paddedQuestions: Int { questionPanels * width }

    // What is laid out once for each matrix: the questions as a right operand; the update's answers turned, since columns of
    // a power of two apart would share cache sets.

    private var askedSize: Int { paddedQuestions * rows }
    private var packedSize: Int { askedSize + rows * keys }

    /// What one task found: of each question the greatest logit, the sum of the powers, and the sum of the columns.
    private var partSize: Int { (2 + rows) * paddedQuestions }

    func means(
        _ columns: ColumnPanels, _ position: ColumnPanels, _ update: ColumnUpdate?, _ target: Target?,
        _ questions: Tensor
    ) -> Tensor {
        withScratch(batch * packedSize) { packed in
            pack(questions, update, packed)
            return withScratch(batch * tasks * partSize) { parts in
                columns.read { source in
                    position.read { position in
                        read(update) { update in
                            ParallelRows.forEachDisjoint(count: batch * tasks, minimumPerTask: 1) { range in
                                withScratch(scratchSize) { scratch in
                                    for index in range {
                                        let matrix = index / tasks
                                        let offset = matrix * panels * panelSize
                                        run(
                                            index % tasks, source + (columns.batch == 1 ? 0 : offset), position,
                                            target.map { $0 + offset }, packed + matrix * packedSize,
                                            update?.offset(matrix: matrix, keys: keys, rows: rows),
                                            parts + index * partSize,
                                            scratch)
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
        let questions: Source
        let offsets: Source
        let normWeight: Source
        let normBias: Source
        let epsilon: Float

        func offset(matrix: Int, keys: Int, rows: Int) -> UpdateMemory {
            UpdateMemory(
                groups: groups, questions: questions + matrix * keys * rows, offsets: offsets + matrix * keys,
                normWeight: normWeight, normBias: normBias, epsilon: epsilon)
        }
    }

    private func read<R>(_ update: ColumnUpdate?, _ body: (UpdateMemory?) -> R) -> R {
        guard let update else { return body(nil) }
        return update.questions.read { questions in
            update.offsets.read { offsets in
                update.normWeight.read { weight in
                    update.normBias.read { bias in
                        body(
                            UpdateMemory(
                                groups: update.groups, questions: questions, offsets: offsets, normWeight: weight,
                                normBias: bias, epsilon: update.epsilon))
                    }
                }
            }
        }
    }

    private func pack(_ questions: Tensor, _ update: ColumnUpdate?, _ packed: Target) {
        questions.read { source in
            for matrix in 0..<batch {
                for panel in 0..<questionPanels {
                    let first = panel * width
                    kernels.packRightPanel(
                        packed + matrix * packedSize + first * rows, source + (matrix * self.questions + first) * rows,
                        depthStride: 1, columnStride: rows, depth: rows, columns: min(width, self.questions - first))
                }
            }
        }
        guard let update else { return }
        update.answers.read { answers in
            for matrix in 0..<batch {
                kernels.transposeRows(
                    packed + matrix * packedSize + askedSize, stride: keys, answers + matrix * keys * rows,
                    stride: rows, rows: keys, columns: rows)
            }
        }
    }

    // MARK: One task

    // A column at its position; the update's logits of a panel; the questions' logits of all columns, one block of
    // columns a panel of questions.
    private var logitSize: Int { taskPanels * width * width }
    private var scratchSize: Int { panelSize + keys * width + questionPanels * logitSize }

    private func run(
        _ task: Int, _ source: Source, _ position: Source, _ target: Target?, _ packed: Source,
        _ update: UpdateMemory?, _ part: Target, _ scratch: Target
    ) {
        let first = task * taskPanels
        let range = first..<min(panels, first + taskPanels)
        let placed = scratch
        let keyLogits = placed + panelSize
        let logits = keyLogits + keys * width
        for panel in range {
            let current = source + panel * panelSize
            let here = position + panel * panelSize
            kernels.combineRow(.add, placed, current, step: 1, here, step: 1, count: panelSize)
            if let update, let target {
                apply(
                    update, packed + askedSize, placed: placed, logits: keyLogits, old: current,
                    new: target + panel * panelSize, position: here)
            }
            kernels.multiplyTransposedPanel(
                logits + (panel - first) * width * width, stride: logitSize, placed, by: packed,
                panelStride: width * rows, panels: questionPanels, depth: rows)
        }
        let (maxima, sums) = (part, part + paddedQuestions)
        let count = min(columns, range.upperBound * width) - first * width
        for panel in 0..<questionPanels {
            kernels.exponentialColumns(
                logits + panel * logitSize, maxima: maxima + panel * width, sums: sums + panel * width, rows: count)
        }
        let read = UnsafePointer(target) ?? source
        for panel in range {
            kernels.multiplyPanel(
                sums + paddedQuestions, stride: paddedQuestions, read + panel * panelSize, rows: rows,
                by: logits + (panel - first) * width * width, panelStride: logitSize, panels: questionPanels,
                depth: min(width, columns - panel * width), accumulate: panel > first)
        }
    }

    /// Makes new columns of old ones, and places them.
    private func apply(
        _ update: UpdateMemory, _ answers: Source, placed: Target, logits: Target, old: Source, new: Target,
        position: Source
    ) {
        kernels.multiply(logits, stride: width, update.questions, rows: keys, depth: rows, byPanel: placed)
        kernels.softmaxColumnGroups(logits, offsets: update.offsets, groups: update.groups, rows: keys / update.groups)
        kernels.multiply(new, stride: width, answers, rows: rows, depth: keys, byPanel: logits)
        kernels.normalizePanelSum(
            new, placed: placed, old, position: position, weight: update.normWeight, bias: update.normBias,
            epsilon: update.epsilon, rows: rows)
    }

    // MARK: All tasks

    /// The tasks' answers put together in the order of their columns: `[batch, questions, rows]`.
    private func merged(_ parts: Target) -> Tensor {
        let padded = paddedQuestions
        for matrix in 0..<batch { weigh(parts + matrix * tasks * partSize) }
        // Some rows of all tasks, which fit the second cache together with their sum.
        let block = 32
        let blocks = (rows + block - 1) / block
        return Tensor.filled([batch, questions, rows]) { out in
            ParallelRows.forEachDisjoint(
                count: batch * blocks, minimumPerTask: max(1, 65_536 / (tasks * block * padded))
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
                            out + matrix * questions * rows + first, stride: rows, sum, stride: padded, rows: count,
                            columns: questions)
                    }
                }
            }
        }
    }

    /// In one map's parts, the greatest logits give way to what each part's sums count in the whole.
    private func weigh(_ parts: Target) {
        let padded = paddedQuestions
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
