import Tensors

/// A mask as the stretches of its rows: some numbers a row, where ``Mask`` takes a byte a pixel.
///
/// For what is done to masks of large pictures. The results are those of ``Mask``, in the same order of pixels.
package struct MaskRows: Hashable, Sendable {
    /// Columns from the first to the last one that hold.
    struct Stretch: Hashable, Sendable {
        var first: Int32
        var last: Int32
    }

    /// Width and height in pixels.
    package let size: ImageSize
    /// Row by row, from left to right.
    private(set) var stretches: [Stretch] = []
    /// For each row where its stretches begin, and where the last ones end.
    private var starts: [Int] = [0]

    /// A mask whose rows are appended.
    private init(rowsOf size: ImageSize) {
        self.size = size
        starts.reserveCapacity(size.height + 1)
    }

    /// A mask without a pixel.
    package init(size: ImageSize) {
        self.init(rowsOf: size)
        starts = [Int](repeating: 0, count: size.height + 1)
    }

    /// The rows of a mask.
    package init(_ mask: Mask) {
        self.init(rowsOf: mask.size)
        for y in 0..<size.height {
            mask.forEachRun(ofRow: y) { append($0) }
            endRow()
        }
    }

    /// The pixels whose value is above a bound.
    package init(_ scores: ScoreRows, above bound: Float) {
        self.init(rowsOf: scores.size)
        let width = size.width
        scores.forEachRow(in: 0..<size.height) { _, row in
            var x = 0
            while x < width {
                while x < width && !(row[x] > bound) { x += 1 }
                let first = x
                while x < width && row[x] > bound { x += 1 }
                if x > first { append(first..<x) }
            }
            endRow()
        }
    }

    private mutating func append(_ run: Range<Int>) {
        stretches.append(Stretch(first: Int32(run.lowerBound), last: Int32(run.upperBound - 1)))
    }

    private mutating func endRow() { starts.append(stretches.count) }

    // MARK: Reading

    /// Where the stretches of a row stand among all.
    func places(ofRow y: Int) -> Range<Int> { starts[y]..<starts[y + 1] }

    /// Calls `body` for each stretch of a row, from left to right.
    @inline(__always)
    package func forEachRun(ofRow y: Int, _ body: (Range<Int>) -> Void) {
        for place in places(ofRow: y) {
            body(Int(stretches[place].first)..<Int(stretches[place].last) + 1)
        }
    }

    /// The pixels.
    package var mask: Mask {
        var values = [Bool](repeating: false, count: size.pixelCount)
        values.withUnsafeMutableBufferPointer { values in
            for y in 0..<size.height {
                forEachRun(ofRow: y) { run in for x in run { values[y * size.width + x] = true } }
            }
        }
        return Mask(size: size, values: values)
    }

    /// Number of pixels that hold.
    package var area: Int { stretches.reduce(0) { $0 + Int($1.last - $1.first) + 1 } }

    /// Whether no pixel holds.
    package var isEmpty: Bool { stretches.isEmpty }

    /// The smallest box around all pixels that hold; nil for an empty mask.
    package var boundingBox: ImageBox? {
        guard let left = stretches.map(\.first).min(), let right = stretches.map(\.last).max(),
            let top = (0..<size.height).first(where: { !places(ofRow: $0).isEmpty }),
            let bottom = (0..<size.height).last(where: { !places(ofRow: $0).isEmpty })
        else { return nil }
        return ImageBox(x0: Int(left), y0: top, x1: Int(right), y1: bottom)
    }

    /// Whether a pixel holds; false outside.
    package func holds(x: Int, y: Int) -> Bool {
        guard x >= 0 && y >= 0 && x < size.width && y < size.height else { return false }
        return stretches[places(ofRow: y)].contains { $0.first <= x && x <= $0.last }
    }

    /// Shared area over joint area, 0...1; nil where both masks are empty.
    package func intersectionOverUnion(with other: MaskRows) -> Double? {
        var shared = 0
        for y in 0..<size.height {
            var (own, others) = (places(ofRow: y), other.places(ofRow: y))
            while let left = own.first, let right = others.first {
                let (a, b) = (stretches[left], other.stretches[right])
                shared += max(0, Int(min(a.last, b.last) - max(a.first, b.first)) + 1)
                if a.last < b.last { own.removeFirst() } else { others.removeFirst() }
            }
        }
        let joint = area + other.area - shared
        return joint == 0 ? nil : Double(shared) / Double(joint)
    }

    // MARK: Other masks

    /// The stretches that `isIncluded` accepts by their place.
    func filtered(_ isIncluded: (Int) -> Bool) -> MaskRows {
        var rows = MaskRows(rowsOf: size)
        for y in 0..<size.height {
            for place in places(ofRow: y) where isIncluded(place) { rows.stretches.append(stretches[place]) }
            rows.endRow()
        }
        return rows
    }

    /// Pixels that hold in either mask.
    package func union(_ other: MaskRows) -> MaskRows {
        var rows = MaskRows(rowsOf: size)
        for y in 0..<size.height {
            let row = (stretches[places(ofRow: y)] + other.stretches[other.places(ofRow: y)])
                .sorted { $0.first < $1.first }
            var current: Stretch?
            for stretch in row {
                if let open = current, stretch.first <= open.last + 1 {
                    current = Stretch(first: open.first, last: max(open.last, stretch.last))
                } else {
                    if let current { rows.stretches.append(current) }
                    current = stretch
                }
            }
            if let current { rows.stretches.append(current) }
            rows.endRow()
        }
        return rows
    }

    /// Pixels that hold here and not in `other`.
    package func subtracting(_ other: MaskRows) -> MaskRows {
        var rows = MaskRows(rowsOf: size)
        for y in 0..<size.height {
            for place in places(ofRow: y) {
                var first = stretches[place].first
                for hole in other.stretches[other.places(ofRow: y)]
                where hole.last >= first && hole.first <= stretches[place].last {
                    if hole.first > first { rows.stretches.append(Stretch(first: first, last: hole.first - 1)) }
                    first = hole.last + 1
                }
                if first <= stretches[place].last {
                    rows.stretches.append(Stretch(first: first, last: stretches[place].last))
                }
            }
            rows.endRow()
        }
        return rows
    }

    /// The pixels inside of a box that do not hold, in the frame of the box.
    func complement(in box: ImageBox) -> MaskRows {
        var rows = MaskRows(rowsOf: ImageSize(width: box.width, height: box.height))
        for y in box.y0...box.y1 {
            var next = box.x0
            forEachRun(ofRow: y) { run in
                if run.lowerBound > next { rows.append(next - box.x0..<min(run.lowerBound, box.x1 + 1) - box.x0) }
                next = max(next, run.upperBound)
            }
            if next <= box.x1 { rows.append(next - box.x0..<box.x1 + 1 - box.x0) }
            rows.endRow()
        }
        return rows
    }

    /// The same pixels in a larger picture.
    func placed(x: Int, y: Int, in size: ImageSize) -> MaskRows {
        var rows = MaskRows(rowsOf: size)
        for row in 0..<size.height {
            if row >= y && row < y + self.size.height {
                forEachRun(ofRow: row - y) { rows.append($0.lowerBound + x..<$0.upperBound + x) }
            }
            rows.endRow()
        }
        return rows
    }

    /// The mask grown by a filled ellipse (here a disc) of odd `diameter`, in pixels; see ``Mask/dilated(ellipse:)``.
    package func dilated(ellipse diameter: Int) -> MaskRows {
        require(
            diameter > 0 && diameter % 2 == 1, "dilated: the diameter must be odd and positive, got \(diameter)")
        let radius = (diameter - 1) / 2
        guard radius > 0, let box = boundingBox else { return self }
        let reaches = (-radius...radius).map { Mask.reach(atRow: $0, radius: radius) }
        let (left, right) = (max(0, box.x0 - radius), min(size.width, box.x1 + radius + 1))
        var rows = MaskRows(rowsOf: size)
        // +1 where a covered stretch begins and -1 behind its end; their running sum is the cover.
        var changes = [Int32](repeating: 0, count: right - left + 1)
        for row in 0..<size.height {
            if row >= box.y0 - radius && row <= box.y1 + radius {
                changes.withUnsafeMutableBufferPointer { changes in
                    changes.update(repeating: 0)
                    for y in max(box.y0, row - radius)...min(box.y1, row + radius) {
                        let reach = reaches[row - y + radius]
                        forEachRun(ofRow: y) { run in
                            changes[max(left, run.lowerBound - reach) - left] += 1
                            changes[min(right, run.upperBound + reach) - left] -= 1
                        }
                    }
                    var (cover, first): (Int32, Int?) = (0, nil)
                    for x in 0...right - left {
                        cover &+= x < right - left ? changes[x] : -cover
                        if cover > 0 {
                            first = first ?? x
                        } else if let start = first {
                            rows.append(start + left..<x + left)
                            first = nil
                        }
                    }
                }
            }
            rows.endRow()
        }
        return rows
    }

    /// The mask with its holes filled; see ``Mask/holesFilled(smallerThan:)``.
    package func holesFilled(smallerThan limit: Int? = nil) -> MaskRows {
        // A hole lies inside the mask's box, and background that reaches the box's border reaches the picture's too.
        guard let box = boundingBox else { return self }
        let holes = ConnectedComponents.label(complement(in: box), connectivity: .four)
            .rows { !$0.touchesBorder && $0.area < limit ?? Int.max }
        return holes.isEmpty ? self : union(holes.placed(x: box.x0, y: box.y0, in: size))
    }
}
