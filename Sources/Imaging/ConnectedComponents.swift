/// Which pixels count as neighbours.
public enum Connectivity: Sendable {
    /// Those that share an edge.
    case four
    /// Those that share an edge or a corner.
    case eight
}

/// The connected regions of a mask, numbered from 1 in the order in which a scan by rows meets them.
public struct ConnectedComponents: Sendable {
    /// One connected region.
    public struct Component: Hashable, Sendable {
        /// Its number in `labels`.
        public let label: Int32
        /// Pixels.
        public let area: Int
        /// The smallest box around it.
        public let box: ImageBox
        /// Whether it reaches the border of the mask.
        public let touchesBorder: Bool
    }

    /// The size of the mask, in pixels.
    public let size: ImageSize
    /// In the order of their numbers, so that region `n` stands at `n - 1`.
    public let components: [Component]
    private let rows: MaskRows
    /// For each stretch of `rows` the number of its region.
    private let numbers: [Int32]

    /// `[height, width]`, row-major: 0 outside every region, else the region's number. Made at each call.
    public var labels: [Int32] {
        var labels = [Int32](repeating: 0, count: size.pixelCount)
        labels.withUnsafeMutableBufferPointer { labels in
            for y in 0..<size.height {
                forEachRun(ofRow: y) { run, label in for x in run { labels[y * size.width + x] = label } }
            }
        }
        return labels
    }

    /// Finds the regions by one scan that joins runs of pixels, and a second one that numbers them.
    ///
    /// **Complexity:** linear in the pixels; memory for the runs.
    public static func label(_ mask: Mask, connectivity: Connectivity = .eight) -> ConnectedComponents {
        label(MaskRows(mask), connectivity: connectivity)
    }

    package static func label(_ rows: MaskRows, connectivity: Connectivity = .eight) -> ConnectedComponents {
        var forest = RunForest(rows, reach: connectivity == .eight ? 1 : 0)
        return ConnectedComponents(rows, &forest)
    }

    private init(_ rows: MaskRows, _ forest: inout RunForest) {
        size = rows.size
        self.rows = rows
        var numberOfRoot = [Int32](repeating: 0, count: rows.stretches.count)
        var numbers = [Int32](repeating: 0, count: rows.stretches.count)
        var areas: [Int] = []
        var boxes: [ImageBox] = []
        for y in 0..<size.height {
            for place in rows.places(ofRow: y) {
                let (first, last) = (Int(rows.stretches[place].first), Int(rows.stretches[place].last))
                let root = forest.root(of: place)
                if numberOfRoot[root] == 0 {
                    areas.append(0)
                    boxes.append(ImageBox(x0: first, y0: y, x1: last, y1: y))
                    numberOfRoot[root] = Int32(areas.count)
                }
                numbers[place] = numberOfRoot[root]
                let index = Int(numbers[place]) - 1
                areas[index] += last - first + 1
                boxes[index].x0 = min(boxes[index].x0, first)
                boxes[index].x1 = max(boxes[index].x1, last)
                boxes[index].y1 = y
            }
        }
        self.numbers = numbers
        let (width, height) = (size.width, size.height)
        components = zip(areas, boxes).enumerated().map { index, region in
            Component(
                label: Int32(index + 1), area: region.0, box: region.1,
                touchesBorder: region.1.x0 == 0 || region.1.y0 == 0 || region.1.x1 == width - 1
                    || region.1.y1 == height - 1)
        }
    }

    /// The pixels of the region with this number.
    public func mask(of label: Int32) -> Mask { rows { $0.label == label }.mask }

    /// The pixels of all regions that `isIncluded` accepts.
    public func mask(where isIncluded: (Component) -> Bool) -> Mask { rows(where: isIncluded).mask }

    /// The same, as runs.
    package func rows(where isIncluded: (Component) -> Bool) -> MaskRows {
        let accepted = components.map(isIncluded)
        return rows.filtered { accepted[Int(numbers[$0]) - 1] }
    }

    /// Calls `body` for each run of set pixels in a row, with the number of its region.
    package func forEachRun(ofRow y: Int, _ body: (_ run: Range<Int>, _ label: Int32) -> Void) {
        for place in rows.places(ofRow: y) {
            body(Int(rows.stretches[place].first)..<Int(rows.stretches[place].last) + 1, numbers[place])
        }
    }

    /// The number of the region that holds a pixel; 0 outside every region and outside the mask.
    package func label(x: Int, y: Int) -> Int32 {
        guard x >= 0 && y >= 0 && x < size.width && y < size.height else { return 0 }
        return rows.places(ofRow: y).first { rows.stretches[$0].first <= x && x <= rows.stretches[$0].last }
            .map { numbers[$0] } ?? 0
    }
}

/// Runs of set pixels, joined where they touch a run of the row above.
private struct RunForest {
    private var parents: [Int]

    /// - Parameter reach: how far a run touches beyond its ends: 0 for edges, 1 for corners too.
    init(_ rows: MaskRows, reach: Int32) {
        parents = Array(rows.stretches.indices)
        for y in 1..<max(1, rows.size.height) {
            join(rows.places(ofRow: y - 1), rows.places(ofRow: y), rows.stretches, reach: reach)
        }
    }

    private mutating func join(
        _ above: Range<Int>, _ below: Range<Int>, _ runs: [MaskRows.Stretch], reach: Int32
    ) {
        var upper = above.lowerBound
        var lower = below.lowerBound
        while upper < above.upperBound && lower < below.upperBound {
            let (a, b) = (runs[upper], runs[lower])
            if a.first <= b.last + reach && b.first <= a.last + reach {
                let (rootA, rootB) = (root(of: upper), root(of: lower))
                // The smaller index wins, so that a root is always the run met first.
                parents[max(rootA, rootB)] = min(rootA, rootB)
            }
            if a.last < b.last { upper += 1 } else { lower += 1 }
        }
    }

    mutating func root(of run: Int) -> Int {
        var run = run
        while parents[run] != run {
            parents[run] = parents[parents[run]]
            run = parents[run]
        }
        return run
    }
}
