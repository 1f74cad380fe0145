import CByteProducts
import KernelInterface

// The product of bfloat16: in a panel of the right operand, the two numbers of a group of each column lie side by side, then
// those of the next column. The tile that it is made of stands in `NarrowTile`.

extension BFloat16Kernels {
    /// `out = left * right` for at most `tileRows` rows and whole panels.
    ///
    /// - Parameters:
    ///   - left: rows that `roundRow` made, `rowStride` bytes from one to the next.
    ///   - panelStride: bytes from one panel of `right` to the next.
    ///   - groups: steps of two numbers.
    ///   - ahead: memory that will be needed next; it is asked for, `aheadStep` bytes further with every step of every
    ///     panel.
    static func multiplyRows(
        _ out: Target, stride outStride: Int, _ left: UnsafeRawPointer, rowStride: Int, by right: UnsafeRawPointer,
        panelStride: Int, rows: Int, columns: Int, groups: Int, ahead: UnsafeRawPointer, aheadStep: Int
    ) {
        multiplyNarrowRows(
            out, outStride, left, rowStride, right, panelStride, rows: rows, columns: columns, groups: groups,
            finish: (), ahead: ahead, aheadStep: aheadStep)
    }
}

typealias Sums = Lanes

/// Bytes of a line of the panel for one vector.
@inline(__always)
var lineBytes: Int { 4 * laneCount }

// The second number of a group is added first, because that is what the instruction does.

#if BFLOAT16_PAIRS
    typealias Line = IntegerLanes

    /// Bytes of a row's group.
    @inline(__always)
    var rowStep: Int { 4 }

    @inline(__always)
    func loadLine(_ panel: UnsafeRawPointer) -> Line { panel.loadUnaligned(as: IntegerLanes.self) }

    @inline(__always)
    func loadNumbers(_ row: UnsafeRawPointer) -> IntegerLanes {
        IntegerLanes(repeating: row.loadUnaligned(as: Int32.self))
    }

    @inline(__always)
    func addProducts(_ sum: Sums, _ numbers: IntegerLanes, _ weights: Line) -> Sums {
        cbyte_add_bfloat16_pairs(sum, numbers, weights)
    }
#else
    /// A group of each column, widened.
    typealias Line = (first: Lanes, second: Lanes)

    @inline(__always)
    var rowStep: Int { 8 }

    @inline(__always)
    func loadLine(_ panel: UnsafeRawPointer) -> Line {
        let pairs = panel.loadUnaligned(as: IntegerLanes.self)
        return (lanes(pairs &<< IntegerLanes(repeating: 16)), lanes(pairs & IntegerLanes(repeating: -65_536)))
    }

    /// A row's group, each number in all lanes.
    @inline(__always)
    func loadNumbers(_ row: UnsafeRawPointer) -> Line {
        (
            Lanes(repeating: row.loadUnaligned(as: Float.self)),
            Lanes(repeating: row.loadUnaligned(fromByteOffset: 4, as: Float.self))
        )
    }

    @inline(__always)
    func addProducts(_ sum: Sums, _ numbers: Line, _ weights: Line) -> Sums {
        multiplyAdd(numbers.first, weights.first, multiplyAdd(numbers.second, weights.second, sum))
    }
#endif

// Sums are the result as they are.

typealias TileFinish = Void
typealias TileColumns = Void

@inline(__always)
func advanced(_ finish: TileFinish, _ first: Int) -> TileFinish {}

@inline(__always)
func loadColumns(_ finish: TileFinish) -> TileColumns {}

@inline(__always)
func finishRow(_ row: Int, _ left: Sums, _ right: Sums, _ columns: TileColumns, _ out: Target) {
    store(left, out)
    store(right, out + laneCount)
}
