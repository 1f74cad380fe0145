import KernelInterface

/// How an attention reads its operands: keys and values into panels, queries one behind the other. What one head reads of
/// the tokens lies beside what the next one will, and far from anything else, so each asks for the next one's.
extension AttentionPlan {
    /// Lays out keys and values of one head as right operands: those of some panels of keys, or all of a window's.
    func pack(
        _ memory: Memory, _ target: UnsafeMutablePointer<Float>, _ group: Int, _ head: Int,
        _ gathered: UnsafeMutablePointer<Float>, panels: Range<Int>
    ) {
        var keyStride = memory.key.stride
        var key = memory.key.base + group * keys * keyStride + head * headWidth
        if windows != nil {
            gather(memory.key, group, column: head * headWidth, width: headWidth, gathered, stride: headWidth)
            (key, keyStride) = (UnsafePointer(gathered), headWidth)
        }
        for panel in panels {
            let first = panel * panelWidth
            let count = min(panelWidth, keys - first)
            kernels.packRightPanel(
                target + first * headWidth, key + first * keyStride, depthStride: 1, columnStride: keyStride,
                depth: headWidth, columns: count)
            if windows == nil { prefetchRows(key + first * keyStride + headWidth, keyStride, count, headWidth) }
        }
        for panel in 0..<valuePanels {
            let (place, column) = (target + keySize + panel * panelWidth * keys, head * valueWidth + panel * panelWidth)
            let width = min(panelWidth, valueWidth - panel * panelWidth)
            if windows == nil {
                let own = panels.lowerBound * panelWidth..<min(keys, panels.upperBound * panelWidth)
                let value = memory.value.base + (group * keys + own.lowerBound) * memory.value.stride + column
                kernels.packRightPanel(
                    place + own.lowerBound * panelWidth, value, depthStride: memory.value.stride, columnStride: 1,
                    depth: own.count, columns: width)
                prefetchRows(value + valueWidth, memory.value.stride, own.count, width)
            } else {
                if width < panelWidth { kernels.fillRow(place, with: 0, count: panelWidth * keys) }
                gather(memory.value, group, column: column, width: width, place, stride: panelWidth)
            }
        }
    }

    /// Some columns of the tokens of a window, one token after the other, with the padding of slots that have none.
    private func gather(
        _ operand: Operand, _ group: Int, column: Int, width: Int, _ target: UnsafeMutablePointer<Float>, stride: Int
    ) {
        guard let windows else { return }
        let extent = windows.extent(group % windows.count)
        let side = windows.side
        for y in 0..<side {
            let line = target + y * side * stride
            let real = y < extent.height ? extent.width : 0
            if real > 0 {
                let first = operand.base + row(group, y * extent.width) * operand.stride + column
                kernels.copyRows(line, stride: stride, first, stride: operand.stride, rows: real, columns: width)
                prefetchRows(first + headWidth, operand.stride, real, width)
            }
            if let padding = operand.padding {
                kernels.copyRows(
                    line + real * stride, stride: stride, padding + column, stride: 0, rows: side - real, columns: width
                )
            } else {
                for slot in real..<side { kernels.fillRow(line + slot * stride, with: 0, count: width) }
            }
        }
    }

    /// The queries of a block, one behind the other.
    func copyQueries(
        _ operand: Operand, _ group: Int, _ head: Int, _ queries: Range<Int>, to target: UnsafeMutablePointer<Float>
    ) {
        forEachRun(group, queries) { first, count in
            let source = operand.base + row(group, queries.lowerBound + first) * operand.stride + head * headWidth
            kernels.copyRows(
                target + first * headWidth, stride: headWidth, source, stride: operand.stride, rows: count,
                columns: headWidth)
            if windows != nil { prefetchRows(source + headWidth, operand.stride, count, headWidth) }
        }
    }

    /// Runs of queries whose tokens lie one behind the other: offsets from the first query, and how many.
    func forEachRun(_ group: Int, _ queries: Range<Int>, _ body: (_ first: Int, _ count: Int) -> Void) {
        if windows == nil {
            body(0, queries.count)
            return
        }
        let width = extent(group).width
        var query = queries.lowerBound
        while query < queries.upperBound {
            let end = min(queries.upperBound, (query / width + 1) * width)
            body(query - queries.lowerBound, end - query)
            query = end
        }
    }
}
