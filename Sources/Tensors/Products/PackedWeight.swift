import KernelInterface
import Synchronization

/// A weight laid out once for the matrix product of this package, so that no product has to do it again.
///
/// The columns of the product, which are the rows of the weight, stand in panels as wide as the register tile; inside a
/// panel the depth runs slowest, in passes that stay in cache. The layout belongs to the instruction set in use.
final class PackedWeight: Sendable {
    let columns: Int
    let depth: Int
    let kernels: any KernelSet.Type
    /// Whether the numbers are kept in half precision, in half the memory.
    let isHalf: Bool
    let storage: TensorStorage

    /// How deep one pass goes; the last one may be shorter.
    let passDepth: Int
    /// As deep as most layers are, so that their sums are made in one pass; deeper passes were measured slower.
    static let mostPassDepth = 1024

    /// Weights below this are not worth looking at number by number.
    private static let leastHalf = 16_384

    /// Panels over all columns.
    var panels: Int { (columns + kernels.tileColumns - 1) / kernels.tileColumns }

    /// - Parameters:
    ///   - weight: `[columns, depth]`.
    ///   - mayBeHalf: whether to keep the weight in half precision if every number of it is one of that precision, as
    ///     those of checkpoints published in it are. Nothing is rounded.
    ///   - passDepth: how deep one pass goes, where the depth is to be cut at certain places; without it all passes go about
    ///     equally deep.
    init(_ weight: Tensor, kernels: any KernelSet.Type = Kernels.active, mayBeHalf: Bool = false, passDepth: Int? = nil)
    {
        columns = weight.shape[0]
        depth = weight.shape[1]
        self.kernels = kernels
        let pass = passDepth ?? PackedWeight.evenPassDepth(depth)
        self.passDepth = pass
        // Widening takes a conversion instruction a vector where there are such, and far more elsewhere.
        let half =
            mayBeHalf && kernels.hasFusedMultiplyAdd && weight.count >= PackedWeight.leastHalf
            ? PackedWeight.packed(weight, kernels, isHalf: true, pass) : nil
        isHalf = half != nil
        storage = half ?? PackedWeight.packed(weight, kernels, isHalf: false, pass) ?? TensorStorage(uninitialized: 0)
    }

    /// From memory that was packed with the same kernels, in passes that go about equally deep; nil if it is of another size.
    init?(_ storage: TensorStorage, _ shape: Shape, isHalf: Bool) {
        columns = shape[0]
        depth = shape[1]
        kernels = Kernels.active
        passDepth = PackedWeight.evenPassDepth(depth)
        self.isHalf = isHalf
        self.storage = storage
        let elements = panels * kernels.tileColumns * depth
        guard storage.count == (isHalf ? (elements + 1) / 2 : elements) else { return nil }
    }

    /// The depth of passes that cut a depth into as few as may be, all about equally deep.
    static func evenPassDepth(_ depth: Int) -> Int {
        let passes = max(1, (depth + mostPassDepth - 1) / mostPassDepth)
        return max(1, (depth + passes - 1) / passes)
    }

    /// Nil if a number is not one of half precision and should be.
    private static func packed(
        _ weight: Tensor, _ kernels: any KernelSet.Type, isHalf: Bool, _ passDepth: Int
    ) -> TensorStorage? {
        let (columns, depth, width) = (weight.shape[0], weight.shape[1], kernels.tileColumns)
        let panels = (columns + width - 1) / width
        let elements = panels * width * depth
        let storage = TensorStorage(uninitialized: isHalf ? (elements + 1) / 2 : elements)
        let isExact = Mutex(true)
        weight.read { source in
            ParallelRows.forEachDisjoint(WorkSplit(panels, least: 65_536 / max(1, width * depth))) {
                range in
                withScratch(isHalf ? width * min(depth, passDepth) : 1) { scratch in
                    for panel in range where isExact.withLock({ $0 }) {
                        var first = 0
                        while first < depth {
                            let run = min(passDepth, depth - first)
                            let place = panels * width * first + panel * width * run
                            kernels.packRightPanel(
                                isHalf ? scratch : storage.base + place, source + panel * width * depth + first,
                                depthStride: 1, columnStride: depth, depth: run,
                                columns: min(width, columns - panel * width))
                            if isHalf
                                && !kernels.narrowFloat16Row(
                                    UnsafeMutableRawPointer(storage.base) + 2 * place, scratch, count: width * run)
                            {
                                isExact.withLock { $0 = false }
                            }
                            first += run
                        }
                    }
                }
            }
        }
        return isExact.withLock { $0 } ? storage : nil
    }

    /// The weight, `[columns, depth]`.
    var unpacked: Tensor {
        let width = kernels.tileColumns
        return Tensor.filled([columns, depth]) { out in
            ParallelRows.forEachDisjoint(WorkSplit(panels, least: 65_536 / max(1, width * depth))) {
                range in
                withScratch(width * min(depth, passDepth)) { scratch in
                    for index in range {
                        let count = min(width, columns - index * width)
                        var first = 0
                        while first < depth {
                            let run = min(passDepth, depth - first)
                            kernels.transposeRows(
                                out + index * width * depth + first, stride: depth,
                                widened(index..<index + 1, first: first, run: run, scratch), stride: width, rows: run,
                                columns: count)
                            first += run
                        }
                    }
                }
            }
        }
    }

    /// Bytes of one number.
    var elementBytes: Int { isHalf ? 2 : 4 }

    /// Where a panel of the pass that begins at depth `first` and is `run` deep lies, as it is kept.
    func place(_ panel: Int, first: Int, run: Int) -> UnsafeRawPointer {
        UnsafeRawPointer(storage.base)
            + elementBytes * (panels * kernels.tileColumns * first + panel * kernels.tileColumns * run)
    }

    /// Neighbouring panels of a pass, one behind the other, as numbers of single precision: where they lie, or widened into
    /// `scratch`.
    func widened(
        _ panels: Range<Int>, first: Int, run: Int, _ scratch: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        let place = place(panels.lowerBound, first: first, run: run)
        if !isHalf { return place.assumingMemoryBound(to: Float.self) }
        kernels.widenFloat16Row(scratch, place, count: panels.count * kernels.tileColumns * run)
        return UnsafePointer(scratch)
    }
}
