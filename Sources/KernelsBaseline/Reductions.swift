// Sums in a fixed order: four running vectors, then the lanes, so the result depends on the length alone.

extension Kernels {
    /// Sum of the row. Error at most (count / laneCount / 4 + laneCount + 8) roundings of the sum of magnitudes.
    static func sumRow(_ source: Source, count: Int) -> Float {
        runningSum(count: count) {
            $0 + load(source + $1)
        } partial: {
            $0 + loadPartial(source + $1, $2, filler: 0)
        }
    }

    /// Sum of the products of two rows.
    static func dotRow(_ left: Source, _ right: Source, count: Int) -> Float {
        runningSum(count: count) { sum, index in
            multiplyAdd(load(left + index), load(right + index), sum)
        } partial: { sum, index, rest in
            multiplyAdd(loadPartial(left + index, rest, filler: 0), loadPartial(right + index, rest, filler: 0), sum)
        }
    }

    /// Sum of the squared distances of the row from `centre`.
    static func squaredDeviationRow(_ source: Source, from centre: Float, count: Int) -> Float {
        let centres = Lanes(repeating: centre)
        var first = Lanes.zero
        var second = Lanes.zero
        var index = 0
        while index + 2 * laneCount <= count {
            let x = load(source + index) - centres
            let y = load(source + index + laneCount) - centres
            first = multiplyAdd(x, x, first)
            second = multiplyAdd(y, y, second)
            index += 2 * laneCount
        }
        while index < count {
            let rest = min(laneCount, count - index)
            let x =
                (rest == laneCount ? load(source + index) : loadPartial(source + index, rest, filler: centre)) - centres
            first = multiplyAdd(x, x, first)
            index += laneCount
        }
        return horizontalSum(first + second)
    }

    /// The greatest element; NaN if there is one; minus infinity for an empty row.
    static func maximumRow(_ source: Source, count: Int) -> Float {
        var greatest = Lanes(repeating: -Float.infinity)
        var anyNaN = IntegerLanes.zero
        var index = 0
        while index < count {
            let rest = min(laneCount, count - index)
            let x =
                rest == laneCount ? load(source + index) : loadPartial(source + index, rest, filler: -Float.infinity)
            greatest = greater(greatest, x)
            anyNaN |= nanMask(x)
            index += laneCount
        }
        for lane in 0..<laneCount where anyNaN[lane] != 0 { return Float.nan }
        return horizontalMaximum(greatest)
    }

    /// `out = max(out, source)`; NaN on either side gives NaN.
    static func maximumRows(_ out: Target, _ source: Source, count: Int) {
        var index = 0
        while index + laneCount <= count {
            store(greaterOrNaN(load(source + index), load(out + index)), out + index)
            index += laneCount
        }
        let rest = count - index
        if rest > 0 {
            let value = greaterOrNaN(
                loadPartial(source + index, rest, filler: 0), loadPartial(out + index, rest, filler: 0))
            storePartial(value, out + index, rest)
        }
    }
}

@inline(__always)
private func greaterOrNaN(_ x: Lanes, _ y: Lanes) -> Lanes {
    lanes(bits(greater(x, y)) | nanMask(x) | nanMask(y))
}

/// What `add` makes of each full vector of a row and `partial` of the last elements, in four running sums.
@inline(__always)
private func runningSum(
    count: Int, _ add: (_ sum: Lanes, _ index: Int) -> Lanes,
    partial: (_ sum: Lanes, _ index: Int, _ rest: Int) -> Lanes
) -> Float {
    var first = Lanes.zero
    var second = Lanes.zero
    var third = Lanes.zero
    var fourth = Lanes.zero
    var index = 0
    while index + 4 * laneCount <= count {
        first = add(first, index)
        second = add(second, index + laneCount)
        third = add(third, index + 2 * laneCount)
        fourth = add(fourth, index + 3 * laneCount)
        index += 4 * laneCount
    }
    while index < count {
        let rest = min(laneCount, count - index)
        first = rest == laneCount ? add(first, index) : partial(first, index, rest)
        index += laneCount
    }
    return horizontalSum((first + second) + (third + fourth))
}
