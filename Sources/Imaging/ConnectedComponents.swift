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
    /// `[height, width]`, row-major: 0 outside every region, else the region's number.
    public let labels: [Int32]
    /// In the order of their numbers, so that region `n` stands at `n - 1`.
    public let components: [Component]

    /// Finds the regions by one scan that joins runs of pixels, and a second one that numbers them.
    ///
    /// **Complexity:** linear in the pixels; one Int32 for each pixel and run.
    public static func label(_ mask: Mask, connectivity: Connectivity = .eight) -> ConnectedComponents {
        var runs = RunForest(mask, reach: connectivity == .eight ? 1 : 0)
        return runs.components(size: mask.size)
    }

    /// The pixels of the region with this number.
    public func mask(of label: Int32) -> Mask { Mask(size: size, values: labels.map { $0 == label }) }

    /// The pixels of all regions that `isIncluded` accepts.
    public func mask(where isIncluded: (Component) -> Bool) -> Mask {
        let accepted = [false] + components.map(isIncluded)
        var values = [Bool](repeating: false, count: labels.count)
        // Only rows that hold regions are visited; most rows hold none.
        let first = components.map(\.box.y0).min() ?? 0
        let last = components.map(\.box.y1).max() ?? -1
        labels.withUnsafeBufferPointer { labels in
            values.withUnsafeMutableBufferPointer { values in
                for index in first * size.width..<(last + 1) * size.width where labels[index] != 0 {
                    values[index] = accepted[Int(labels[index])]
                }
            }
        }
        return Mask(size: size, values: values)
    }
}

/// Horizontal runs of set pixels, joined where they touch a run of the row above.
private struct RunForest {
    private struct Run {
        var row: Int
        var first: Int
        var last: Int
    }

    private var runs: [Run] = []
    private var parents: [Int] = []

    /// - Parameter reach: how far a run touches beyond its ends: 0 for edges, 1 for corners too.
    init(_ mask: Mask, reach: Int) {
        var previous = 0..<0
        for row in 0..<mask.size.height {
            let start = runs.count
            appendRuns(of: mask, row: row)
            join(previous, start..<runs.count, reach: reach)
            previous = start..<runs.count
        }
    }

    private mutating func appendRuns(of mask: Mask, row: Int) {
        mask.forEachRun(ofRow: row) { run in
            parents.append(runs.count)
            runs.append(Run(row: row, first: run.lowerBound, last: run.upperBound - 1))
        }
    }

    private mutating func join(_ above: Range<Int>, _ below: Range<Int>, reach: Int) {
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

    private mutating func root(of run: Int) -> Int {
        var run = run
        while parents[run] != run {
            parents[run] = parents[parents[run]]
            run = parents[run]
        }
        return run
    }

    mutating func components(size: ImageSize) -> ConnectedComponents {
        var labels = [Int32](repeating: 0, count: size.pixelCount)
        var numbers = [Int](repeating: -1, count: runs.count)
        var areas: [Int] = []
        var boxes: [ImageBox] = []
        for index in runs.indices {
            let run = runs[index]
            let top = root(of: index)
            if numbers[top] < 0 {
                numbers[top] = areas.count
                areas.append(0)
                boxes.append(ImageBox(x0: run.first, y0: run.row, x1: run.last, y1: run.row))
            }
            let number = numbers[top]
            areas[number] += run.last - run.first + 1
            let box = boxes[number]
            boxes[number] = ImageBox(x0: min(box.x0, run.first), y0: box.y0, x1: max(box.x1, run.last), y1: run.row)
            for x in run.first...run.last { labels[run.row * size.width + x] = Int32(number + 1) }
        }
        let components = areas.indices.map { number in
            let box = boxes[number]
            return ConnectedComponents.Component(
                label: Int32(number + 1), area: areas[number], box: box,
                touchesBorder: box.x0 == 0 || box.y0 == 0 || box.x1 == size.width - 1 || box.y1 == size.height - 1)
        }
        return ConnectedComponents(size: size, labels: labels, components: components)
    }
}
