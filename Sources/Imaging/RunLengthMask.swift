import Tensors

/// A mask as the lengths of its runs down the columns, one column after the other, as COCO writes masks.
///
/// Runs alternate, the first counting pixels that do not hold (0 when the top left pixel does). A mask of an object
/// takes some hundred numbers where ``Mask`` takes a byte a pixel.
///
/// **Matches:** the uncompressed and compressed encodings of pycocotools, whose `size` is `[height, width]`.
public struct RunLengthMask: Hashable, Sendable {
    /// Width and height in pixels.
    public let size: ImageSize
    /// Lengths of the runs, pixels; they add up to the pixels of the mask.
    public let counts: [Int]

    /// The runs of a mask.
    public init(_ mask: Mask) { self.init(mask, at: (0, 0), in: mask.size) }

    /// A mask that covers part of a picture, outside of which nothing holds.
    ///
    /// - Parameters:
    ///   - mask: the covered part.
    ///   - origin: where the mask's top left pixel lies in the picture.
    ///   - size: the picture's size.
    /// - Precondition: the mask lies inside the picture.
    public init(_ mask: Mask, at origin: (x: Int, y: Int), in size: ImageSize) {
        let (width, height) = (mask.size.width, mask.size.height)
        require(
            origin.x >= 0 && origin.y >= 0 && origin.x <= size.width - width && origin.y <= size.height - height,
            "RunLengthMask: a mask of \(mask.size) at (\(origin.x), \(origin.y)) does not fit into \(size)")
        var runs = RunCounter()
        if width == 0 || height == 0 {
            runs.add(false, size.pixelCount)
        } else {
            runs.add(false, origin.x * size.height)
            mask.values.withUnsafeBufferPointer { values in
                for x in 0..<width {
                    runs.add(false, origin.y)
                    var place = x
                    for _ in 0..<height {
                        runs.add(values[place], 1)
                        place += width
                    }
                    runs.add(false, size.height - origin.y - height)
                }
            }
            runs.add(false, (size.width - origin.x - width) * size.height)
        }
        self.size = size
        counts = runs.counts
    }

    /// Runs from elsewhere.
    ///
    /// - Throws: ``RunLengthError`` when a run is negative or the runs do not cover the picture exactly.
    public init(size: ImageSize, counts: [Int]) throws(RunLengthError) {
        var covered = 0
        for (index, count) in counts.enumerated() {
            guard count >= 0 else { throw .negativeRun(index: index, length: count) }
            let (sum, overflow) = covered.addingReportingOverflow(count)
            guard !overflow, sum <= size.pixelCount else { throw .unexpectedLength(atLeast: true, sum, size) }
            covered = sum
        }
        guard covered == size.pixelCount else { throw .unexpectedLength(atLeast: false, covered, size) }
        self.size = size
        self.counts = counts
    }

    /// The pixels.
    public var mask: Mask {
        var values = [Bool](repeating: false, count: size.pixelCount)
        forEachRun { x, rows in
            for y in rows { values[y * size.width + x] = true }
        }
        return Mask(size: size, values: values)
    }

    /// The pixels of a part of the picture.
    func cropped(to box: ImageBox) -> Mask {
        var part = Mask(size: ImageSize(width: box.width, height: box.height))
        forEachRun { x, rows in
            guard x >= box.x0, x <= box.x1 else { return }
            for y in max(rows.lowerBound, box.y0)..<max(min(rows.upperBound, box.y1 + 1), box.y0) {
                part[x: x - box.x0, y: y - box.y0] = true
            }
        }
        return part
    }

    /// Number of pixels that hold.
    public var area: Int { stride(from: 1, to: counts.count, by: 2).reduce(0) { $0 + counts[$1] } }

    /// Whether no pixel holds.
    public var isEmpty: Bool { area == 0 }

    /// The smallest box around all pixels that hold; nil for an empty mask.
    ///
    /// **Complexity:** linear in the runs, whatever the size.
    public var boundingBox: ImageBox? {
        var box: ImageBox?
        var place = 0
        for (index, count) in counts.enumerated() {
            if index % 2 == 1 && count > 0 {
                let (first, top) = place.quotientAndRemainder(dividingBy: size.height)
                let (last, bottom) = (place + count - 1).quotientAndRemainder(dividingBy: size.height)
                // A run that goes on in the next column ends at the bottom of one and begins at the top of the other.
                let rows = first == last ? (top, bottom) : (0, size.height - 1)
                let found = box ?? ImageBox(x0: first, y0: rows.0, x1: last, y1: rows.1)
                box = ImageBox(x0: found.x0, y0: min(found.y0, rows.0), x1: last, y1: max(found.y1, rows.1))
            }
            place += count
        }
        return box
    }

    /// Shared area over joint area, 0...1; nil where both masks are empty.
    ///
    /// - Precondition: both masks are of one size.
    public func intersectionOverUnion(with other: RunLengthMask) -> Double? {
        require(size == other.size, "RunLengthMask: sizes differ, \(size) and \(other.size)")
        var (both, either) = (0, 0)
        var (own, others) = (RunCursor(counts), RunCursor(other.counts))
        while let length = own.shorter(others) {
            if own.holds && others.holds { both += length }
            if own.holds || others.holds { either += length }
            own.advance(length)
            others.advance(length)
        }
        return either == 0 ? nil : Double(both) / Double(either)
    }

    /// Calls `body` for every stretch of a column that holds, left to right and top to bottom.
    private func forEachRun(_ body: (_ x: Int, _ rows: Range<Int>) -> Void) {
        var place = 0
        for (index, count) in counts.enumerated() {
            let end = place + count
            if index % 2 == 1 {
                var start = place
                while start < end {
                    let x = start / size.height
                    let stop = min(end, (x + 1) * size.height)
                    body(x, start - x * size.height..<stop - x * size.height)
                    start = stop
                }
            }
            place = end
        }
    }
}

/// Joins neighbouring pixels of one value.
private struct RunCounter {
    private(set) var counts: [Int] = [0]
    private var holds = false

    mutating func add(_ value: Bool, _ length: Int) {
        if length == 0 { return }
        if value == holds {
            counts[counts.count - 1] += length
        } else {
            counts.append(length)
            holds = value
        }
    }
}

/// Walks along runs.
private struct RunCursor {
    private let counts: [Int]
    private var index = 0
    private var left: Int

    init(_ counts: [Int]) {
        self.counts = counts
        left = counts.first ?? 0
        skipEmptyRuns()
    }

    var holds: Bool { index % 2 == 1 }

    /// How far both can go before one of them changes; nil at the end.
    func shorter(_ other: RunCursor) -> Int? {
        index < counts.count && other.index < other.counts.count ? min(left, other.left) : nil
    }

    mutating func advance(_ length: Int) {
        left -= length
        skipEmptyRuns()
    }

    private mutating func skipEmptyRuns() {
        while left == 0 && index < counts.count {
            index += 1
            left = index < counts.count ? counts[index] : 0
        }
    }
}
