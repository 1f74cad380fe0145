// Functions down the columns of a panel, `tileColumns` columns wide, row by row: a vector holds as many columns, so that
// no sum or maximum crosses its lanes.

/// For each column its greatest element; the elements become `exp(element - greatest)`, and their sums are written.
/// A column with a NaN has the sum NaN.
public func exponentialColumns(
    _ values: UnsafeMutablePointer<Float>, _ maxima: UnsafeMutablePointer<Float>, _ sums: UnsafeMutablePointer<Float>,
    _ rows: Int
) {
    var lane = 0
    while lane < tileColumns {
        let column = values + lane
        var greatest = Lanes(repeating: -Float.infinity)
        for row in 0..<rows { greatest = greater(greatest, load(column + row * tileColumns)) }
        var total = Lanes.zero
        for row in 0..<rows {
            let power = exponential(load(column + row * tileColumns) - greatest)
            store(power, column + row * tileColumns)
            total += power
        }
        store(greatest, maxima + lane)
        store(total, sums + lane)
        lane += laneCount
    }
}

/// A softmax of each column in each of `groups` groups of `rows` rows, after `offsets`, one a row of all groups, are added.
public func softmaxColumnGroups(
    _ values: UnsafeMutablePointer<Float>, _ offsets: UnsafePointer<Float>, _ groups: Int, _ rows: Int
) {
    for group in 0..<groups {
        let offset = offsets + group * rows
        var lane = 0
        while lane < tileColumns {
            let column = values + group * rows * tileColumns + lane
            var greatest = Lanes(repeating: -Float.infinity)
            for row in 0..<rows {
                let logit = load(column + row * tileColumns) + Lanes(repeating: offset[row])
                store(logit, column + row * tileColumns)
                greatest = greater(greatest, logit)
            }
            var total = Lanes.zero
            for row in 0..<rows {
                let power = exponential(load(column + row * tileColumns) - greatest)
                store(power, column + row * tileColumns)
                total += power
            }
            let share = Lanes(repeating: 1) / total
            for row in 0..<rows {
                store(load(column + row * tileColumns) * share, column + row * tileColumns)
            }
            lane += laneCount
        }
    }
}

/// Every row filled with its own value.
public func fillPanelRows(_ out: UnsafeMutablePointer<Float>, _ values: UnsafePointer<Float>, _ rows: Int) {
    for row in 0..<rows {
        let value = Lanes(repeating: values[row])
        store(value, out + row * tileColumns)
        store(value, out + row * tileColumns + laneCount)
    }
}

/// `out += source * factors` for `rows` rows of `columns` elements each, one factor a column.
public func addScaledColumns(
    _ out: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, _ factors: UnsafePointer<Float>, _ rows: Int,
    _ columns: Int
) {
    for row in 0..<rows {
        let from = source + row * columns
        let to = out + row * columns
        var index = 0
        while index + laneCount <= columns {
            store(multiplyAdd(load(from + index), load(factors + index), load(to + index)), to + index)
            index += laneCount
        }
        while index < columns {
            to[index] = multiplyAdd(from[index], factors[index], to[index])
            index += 1
        }
    }
}
