/// A weight laid out once for the matrix product of this package, so that no product has to do it again.
///
/// The columns of the product, which are the rows of the weight, stand in panels as wide as the register tile; inside a
/// panel the depth runs slowest, in passes that stay in cache. The layout belongs to the instruction set in use.
final class PackedWeight: Sendable {
    let columns: Int
    let depth: Int
    let kernels: KernelTable
    private let storage: TensorStorage

    /// How deep one pass goes: the right panel of a pass stays in the first cache.
    static let passDepth = 256

    var base: UnsafePointer<Float> { UnsafePointer(storage.base) }

    /// Panels over all columns.
    var panels: Int { (columns + kernels.tileColumns - 1) / kernels.tileColumns }

    /// - Parameter weight: `[columns, depth]`.
    init(_ weight: Tensor, kernels: KernelTable = .active) {
        columns = weight.shape[0]
        depth = weight.shape[1]
        self.kernels = kernels
        let width = kernels.tileColumns
        let (columns, depth) = (columns, depth)
        let panels = (columns + width - 1) / width
        let storage = TensorStorage(uninitialized: panels * width * depth)
        weight.read { source in
            ParallelRows.forEachDisjoint(count: panels, minimumPerTask: max(1, 65_536 / max(1, width * depth))) {
                for panel in $0 {
                    var first = 0
                    while first < depth {
                        let run = min(PackedWeight.passDepth, depth - first)
                        kernels.packRightPanel(
                            storage.base + panels * width * first + panel * width * run,
                            source + panel * width * depth + first, 1, depth, run,
                            min(width, columns - panel * width))
                        first += run
                    }
                }
            }
        }
        self.storage = storage
    }

    /// The weight, `[columns, depth]`.
    var unpacked: Tensor {
        let width = kernels.tileColumns
        return Tensor.filled([columns, depth]) { out in
            ParallelRows.forEachDisjoint(count: panels, minimumPerTask: max(1, 65_536 / max(1, width * depth))) {
                for index in $0 {
                    let count = min(width, columns - index * width)
                    var first = 0
                    while first < depth {
                        let run = min(PackedWeight.passDepth, depth - first)
                        kernels.transposeRows(
                            out + index * width * depth + first, depth, panel(index, first: first, run: run), width,
                            run, count)
                        first += run
                    }
                }
            }
        }
    }

    /// Where a panel of the pass that begins at depth `first` and is `run` deep lies.
    func panel(_ panel: Int, first: Int, run: Int) -> UnsafePointer<Float> {
        base + panels * kernels.tileColumns * first + panel * kernels.tileColumns * run
    }
}
