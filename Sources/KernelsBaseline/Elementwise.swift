import KernelInterface

// Arithmetic over one row. `step` is 1 for a row of its own and 0 for one value that stands for the whole row.

@inline(__always)
private func combine(_ operation: RowOperation, _ left: Lanes, _ right: Lanes) -> Lanes {
    switch operation {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    }
}

@inline(__always)
private func combineLoop(
    _ operation: RowOperation, _ out: Target, _ left: Source, _ leftStep: Int, _ right: Source, _ rightStep: Int,
    _ count: Int
) {
    let leftAll = Lanes(repeating: count > 0 ? left[0] : 0)
    let rightAll = Lanes(repeating: count > 0 ? right[0] : 0)
    var index = 0
    while index + laneCount <= count {
        let x = leftStep == 0 ? leftAll : load(left + index)
        let y = rightStep == 0 ? rightAll : load(right + index)
        store(combine(operation, x, y), out + index)
        index += laneCount
    }
    let rest = count - index
    if rest > 0 {
        let x = leftStep == 0 ? leftAll : loadPartial(left + index, rest, filler: 1)
        let y = rightStep == 0 ? rightAll : loadPartial(right + index, rest, filler: 1)
        storePartial(combine(operation, x, y), out + index, rest)
    }
}

extension Kernels {
    /// `out = left (operation) right`. `out` may be `left` or `right`.
    static func combineRow(
        _ operation: RowOperation, _ out: Target, _ left: Source, step leftStep: Int, _ right: Source,
        step rightStep: Int,
        count: Int
    ) {
        switch operation {
        case .add: combineLoop(.add, out, left, leftStep, right, rightStep, count)
        case .subtract: combineLoop(.subtract, out, left, leftStep, right, rightStep, count)
        case .multiply: combineLoop(.multiply, out, left, leftStep, right, rightStep, count)
        case .divide: combineLoop(.divide, out, left, leftStep, right, rightStep, count)
        }
    }

    /// `out += source * factor`.
    static func addScaledRow(_ out: Target, _ source: Source, by factor: Float, count: Int) {
        let factors = Lanes(repeating: factor)
        var index = 0
        while index + laneCount <= count {
            store(multiplyAdd(load(source + index), factors, load(out + index)), out + index)
            index += laneCount
        }
        while index < count {
            out[index] = multiplyAdd(source[index], factor, out[index])
            index += 1
        }
    }

    /// `out = source` limited to `lowest ... highest`; NaN stays NaN.
    static func clampRow(_ out: Target, _ source: Source, from lowest: Float, to highest: Float, count: Int) {
        let low = Lanes(repeating: lowest)
        let high = Lanes(repeating: highest)
        var index = 0
        while index < count {
            let rest = min(laneCount, count - index)
            var x = rest == laneCount ? load(source + index) : loadPartial(source + index, rest, filler: 0)
            let isNumber = ~nanMask(x)
            x = select(signMask(bits(x - low)) & isNumber, low, x)
            x = select(signMask(bits(high - x)) & isNumber, high, x)
            if rest == laneCount { store(x, out + index) } else { storePartial(x, out + index, rest) }
            index += laneCount
        }
    }

    /// `count` times the same value.
    static func fillRow(_ out: Target, with value: Float, count: Int) {
        let values = Lanes(repeating: value)
        var index = 0
        while index + laneCount <= count {
            store(values, out + index)
            index += laneCount
        }
        while index < count {
            out[index] = value
            index += 1
        }
    }
}
