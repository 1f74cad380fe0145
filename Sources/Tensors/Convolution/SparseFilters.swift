import KernelInterface

/// Filters of few taps each over one plane, of which every pixel keeps the answer that is the largest in magnitude: what
/// a detector of lines in any direction needs.
package struct SparseFilters: Sendable {
    /// One tap: a pixel beside the one that is asked about, and its weight.
    package struct Tap: Sendable {
        package let x: Int
        package let y: Int
        package let weight: Float

        package init(x: Int, y: Int, weight: Float) { (self.x, self.y, self.weight) = (x, y, weight) }
    }

    /// By filter; equally many in each.
    private let filters: [[Tap]]

    /// How far taps lie from their pixel at most, on either axis.
    package let reach: Int

    /// - Precondition: all have equally many taps.
    package init(_ filters: [[Tap]]) {
        require(
            filters.allSatisfy { $0.count == filters[0].count },
            "SparseFilters: filters of \(filters.map(\.count)) taps")
        self.filters = filters
        reach = filters.joined().reduce(0) { max($0, abs($1.x), abs($1.y)) }
    }

    /// The strongest answers, `[height, width]`; of equally strong ones the first filter's.
    ///
    /// - Parameter plane: `[height + 2 reach, width + 2 reach]`, with a margin of `reach` on each side.
    /// - Precondition: the plane is larger than its margins, and has fewer than 2^31 elements.
    package func strongest(_ plane: Tensor) -> Tensor {
        require(
            plane.shape.rank == 2 && min(plane.shape[0], plane.shape[1]) > 2 * reach && plane.count < 1 << 31,
            "SparseFilters: a plane of \(plane.shape) with a margin of \(reach)")
        let (height, width, stride) = (plane.shape[0] - 2 * reach, plane.shape[1] - 2 * reach, plane.shape[1])
        let taps = filters.first?.count ?? 0
        let places = filters.joined().map { Int32($0.y * stride + $0.x) }
        let weights = filters.joined().map(\.weight)
        let kernels = Kernels.active
        let split = WorkSplit(height, least: max(1, WorkSplit.leastNumbers / max(1, width * places.count)))
        return Tensor(uninitialized: [height, width]) { out in
            plane.withUnsafeBufferPointer { plane in
                places.withUnsafeBufferPointer { places in
                    weights.withUnsafeBufferPointer { weights in
                        guard let out = out.baseAddress, let plane = plane.baseAddress, let places = places.baseAddress,
                            let weights = weights.baseAddress
                        else { return }
                        ParallelRows.forEachDisjoint(split) {
                            for y in $0 {
                                kernels.strongestRow(
                                    out + y * width, plane + (y + reach) * stride + reach, places: places,
                                    weights: weights, filters: filters.count, taps: taps, count: width)
                            }
                        }
                    }
                }
            }
        }
    }
}
