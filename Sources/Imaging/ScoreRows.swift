/// The scores of a picture's pixels, made when they are asked for: a large picture's are never in memory as a whole.
///
/// Those of a picture of a few million pixels are made once and kept. The values are the same either way.
package struct ScoreRows: Sendable {
    package let size: ImageSize
    private let whole: ScoreMap?
    private let make: @Sendable (_ rows: Range<Int>) -> [Float]

    /// Pictures with more pixels are not kept.
    private static let mostKeptPixels = 4 << 20

    /// A map that is there.
    package init(_ map: ScoreMap) {
        size = map.size
        whole = map
        make = { Array(map.values[map.size.indices(ofRows: $0)]) }
    }

    /// A map at the size of a picture.
    package init(_ map: ResizedMap) {
        self.init(size: map.size) { map.values(ofRows: $0) }
    }

    /// - Parameters:
    ///   - size: of the picture.
    ///   - make: the values of some rows, `[rows, width]`.
    package init(size: ImageSize, make: @escaping @Sendable (_ rows: Range<Int>) -> [Float]) {
        self.size = size
        self.make = make
        whole =
            size.pixelCount <= Self.mostKeptPixels ? ScoreMap(size: size, values: make(0..<size.height)) : nil
    }

    /// Every value through `transform`.
    package func map(_ transform: @escaping @Sendable (Float) -> Float) -> ScoreRows {
        ScoreRows(size: size) { values(ofRows: $0).map(transform) }
    }

    /// All of them.
    package var map: ScoreMap {
        whole
            ?? ScoreMap(
                size: size,
                values: [Float](unsafeUninitializedCapacity: size.pixelCount) { output, initialized in
                    for rows in size.strips {
                        make(rows).withUnsafeBufferPointer { strip in
                            _ = UnsafeMutableBufferPointer(rebasing: output[initialized...]).initialize(from: strip)
                        }
                        initialized += size.indices(ofRows: rows).count
                    }
                })
    }

    /// The values of some rows, `[rows, width]`.
    package func values(ofRows rows: Range<Int>) -> [Float] {
        whole.map { Array($0.values[size.indices(ofRows: rows)]) } ?? make(rows)
    }

    /// Calls `body` with each of some rows, from the top.
    package func forEachRow(
        in rows: Range<Int>, _ body: (_ y: Int, _ row: UnsafeBufferPointer<Float>) -> Void
    ) {
        if let whole {
            whole.values.withUnsafeBufferPointer { values in
                for y in rows { body(y, UnsafeBufferPointer(rebasing: values[y * size.width..<(y + 1) * size.width])) }
            }
            return
        }
        for strip in size.strips where strip.overlaps(rows) {
            let part = strip.clamped(to: rows)
            make(part).withUnsafeBufferPointer { values in
                for (line, y) in part.enumerated() {
                    body(y, UnsafeBufferPointer(rebasing: values[line * size.width..<(line + 1) * size.width]))
                }
            }
        }
    }

    /// Mean score over the pixels of `mask`, summed in Double; nil where the mask is empty.
    package func mean(over mask: MaskRows) -> Float? {
        guard let box = mask.boundingBox else { return nil }
        var sum = 0.0
        forEachRow(in: box.y0..<box.y1 + 1) { y, row in
            mask.forEachRun(ofRow: y) { run in for x in run { sum += Double(row[x]) } }
        }
        return Float(sum / Double(mask.area))
    }

    /// The mean over each region, summed in Double, in the order of their numbers.
    package func means(over regions: ConnectedComponents) -> [Float] {
        var sums = [Double](repeating: 0, count: regions.components.count)
        guard let first = regions.components.map(\.box.y0).min(), let last = regions.components.map(\.box.y1).max()
        else { return [] }
        forEachRow(in: first..<last + 1) { y, row in
            regions.forEachRun(ofRow: y) { run, label in
                for x in run { sums[Int(label) - 1] += Double(row[x]) }
            }
        }
        return zip(sums, regions.components).map { Float($0 / Double($1.area)) }
    }
}
