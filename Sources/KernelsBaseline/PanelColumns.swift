// Functions down the columns of a panel, `tileColumns` columns wide, row by row: a vector holds as many columns, so that
// no sum or maximum crosses its lanes.

extension Kernels {
    /// For each column its greatest element; the elements become `exp(element - greatest)`, and their sums are written.
    /// A column with a NaN has the sum NaN.
    static func exponentialColumns(_ values: Target, maxima: Target, sums: Target, rows: Int) {
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

    /// A softmax of each column in each of `groups` groups of `rows` rows, after `offsets`, one a row of all groups,
    /// are added.
    static func softmaxColumnGroups(_ values: Target, offsets: Source, groups: Int, rows: Int) {
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
    static func fillPanelRows(_ out: Target, with values: Source, rows: Int) {
        for row in 0..<rows {
            let value = Lanes(repeating: values[row])
            store(value, out + row * tileColumns)
            store(value, out + row * tileColumns + laneCount)
        }
    }

    /// `out += source * factors` for `rows` rows of `columns` elements each, one factor a column.
    static func addScaledColumns(_ out: Target, _ source: Source, by factors: Source, rows: Int, columns: Int) {
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

    /// Each column of the sum of two panels normalised over the rows, then scaled and shifted; and the same plus a
    /// third panel.
    ///
    /// `out = normalize(out + source) * weight + bias`, `placed = out + position`. The mean first, then the squared
    /// distances from it, as in `layerNormRow`.
    static func normalizePanelSum(
        _ out: Target, placed: Target, _ source: Source, position: Source, weight: Source, bias: Source, epsilon: Float,
        rows: Int
    ) {
        let count = Lanes(repeating: Float(rows))
        var leftSum = Lanes.zero
        var rightSum = Lanes.zero
        for row in 0..<rows {
            let place = row * tileColumns
            let left = load(out + place) + load(source + place)
            let right = load(out + place + laneCount) + load(source + place + laneCount)
            store(left, out + place)
            store(right, out + place + laneCount)
            leftSum += left
            rightSum += right
        }
        let leftMean = leftSum / count
        let rightMean = rightSum / count
        var leftSquares = Lanes.zero
        var rightSquares = Lanes.zero
        for row in 0..<rows {
            let place = out + row * tileColumns
            let left = load(place) - leftMean
            let right = load(place + laneCount) - rightMean
            leftSquares = multiplyAdd(left, left, leftSquares)
            rightSquares = multiplyAdd(right, right, rightSquares)
        }
        let one = Lanes(repeating: 1)
        let leftScale = one / (leftSquares / count + Lanes(repeating: epsilon)).squareRoot()
        let rightScale = one / (rightSquares / count + Lanes(repeating: epsilon)).squareRoot()
        for row in 0..<rows {
            let place = row * tileColumns
            let scale = Lanes(repeating: weight[row])
            let shift = Lanes(repeating: bias[row])
            let left = multiplyAdd((load(out + place) - leftMean) * leftScale, scale, shift)
            let right = multiplyAdd((load(out + place + laneCount) - rightMean) * rightScale, scale, shift)
            store(left, out + place)
            store(right, out + place + laneCount)
            store(left + load(position + place), placed + place)
            store(right + load(position + place + laneCount), placed + place + laneCount)
        }
    }
}
