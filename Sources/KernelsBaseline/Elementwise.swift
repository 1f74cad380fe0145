// Arithmetic over one row. `step` is 1 for a row of its own and 0 for one value that stands for the whole row.

@inline(__always)
private func combine(_ operation: Int32, _ left: Lanes, _ right: Lanes) -> Lanes {
    switch operation {
    case 0: left + right
    case 1: left - right
    case 2: left * right
    default: left / right
    }
}

@inline(__always)
private func combineLoop(
    _ operation: Int32, _ out: Destination, _ left: Source, _ leftStep: Int, _ right: Source, _ rightStep: Int,
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

/// `out = left (operation) right`; operation 0 adds, 1 subtracts, 2 multiplies, 3 divides. `out` may be `left` or `right`.
public func combineRow(
    _ operation: Int32, _ out: UnsafeMutablePointer<Float>, _ left: UnsafePointer<Float>, _ leftStep: Int,
    _ right: UnsafePointer<Float>, _ rightStep: Int, _ count: Int
) {
    switch operation {
    case 0: combineLoop(0, out, left, leftStep, right, rightStep, count)
    case 1: combineLoop(1, out, left, leftStep, right, rightStep, count)
    case 2: combineLoop(2, out, left, leftStep, right, rightStep, count)
    default: combineLoop(3, out, left, leftStep, right, rightStep, count)
    }
}

/// `out += source * factor`.
public func addScaledRow(
    _ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ factor: Float, _ count: Int
) {
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
public func clampRow(
    _ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ lowest: Float, _ highest: Float, _ count: Int
) {
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
public func fillRow(_ out: UnsafeMutablePointer<Float>, _ value: Float, _ count: Int) {
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
