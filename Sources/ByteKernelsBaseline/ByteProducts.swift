import CByteProducts
import KernelInterface

// The product of bytes: the right operand in panels that `packBytePanel` laid out, the left one in quantised rows. The tile
// that it is made of stands in `NarrowTile`.

extension ByteKernels {
    /// `out = left * right` for at most `tileRows` rows and whole panels, as numbers.
    ///
    /// - Parameters:
    ///   - left: rows of bytes, or of 16 bits where products are made in pairs; `rowStride` bytes from one to the next.
    ///   - quantization: of each row.
    ///   - panelStride: bytes from one panel of `right` to the next.
    ///   - sums: of the weights of each column.
    ///   - scales: of each column.
    ///   - groups: steps of `groupDepth` numbers.
    ///   - ahead: memory that will be needed next; it is asked for, `aheadStep` bytes further with every step of every
    ///     panel.
    static func multiplyByteRows(
        _ out: Target, stride outStride: Int, _ left: UnsafeRawPointer, rowStride: Int,
        quantization: UnsafePointer<QuantizedRow>, by right: UnsafeRawPointer, panelStride: Int,
        sums: UnsafePointer<Int32>, scales: Source, rows: Int, columns: Int, groups: Int, ahead: UnsafeRawPointer,
        aheadStep: Int
    ) {
        multiplyNarrowRows(
            out, outStride, left, rowStride, right, panelStride, rows: rows, columns: columns, groups: groups,
            finish: (quantization, sums, scales), ahead: ahead, aheadStep: aheadStep)
    }
}

/// Sums and lines of the panel are integers. A row has a byte, or 16 bits, for each number of the group.
typealias Sums = IntegerLanes
typealias Line = IntegerLanes

/// Bytes of a row's group.
@inline(__always)
var rowStep: Int { 4 }

@inline(__always)
func loadNumbers(_ row: UnsafeRawPointer) -> IntegerLanes {
    IntegerLanes(repeating: row.loadUnaligned(as: Int32.self))
}

#if BYTES_IN_FOURS
    /// Bytes of a line of the panel for one vector.
    @inline(__always)
    var lineBytes: Int { 4 * laneCount }

    @inline(__always)
    func loadLine(_ panel: UnsafeRawPointer) -> Line { panel.loadUnaligned(as: IntegerLanes.self) }

    @inline(__always)
    func addProducts(_ sum: Sums, _ numbers: IntegerLanes, _ weights: Line) -> Sums {
        cbyte_add_quads(sum, numbers, weights)
    }
#else
    @inline(__always)
    var lineBytes: Int { 2 * laneCount }

    @inline(__always)
    func loadLine(_ panel: UnsafeRawPointer) -> Line { cbyte_load_pairs(panel) }

    @inline(__always)
    func addProducts(_ sum: Sums, _ numbers: IntegerLanes, _ weights: Line) -> Sums {
        cbyte_add_pairs(sum, numbers, weights)
    }
#endif

/// What turns sums into numbers: the quantisation of the rows; the sums of the columns' weights, and their units.
typealias TileFinish = (quantization: UnsafePointer<QuantizedRow>, sums: UnsafePointer<Int32>, scales: Source)

/// The same for the columns from `first`.
@inline(__always)
func advanced(_ finish: TileFinish, _ first: Int) -> TileFinish {
    (finish.quantization, finish.sums + first, finish.scales + first)
}

/// The columns of a tile: the sums of their weights and the weights' units, each in two vectors.
typealias TileColumns = (
    quantization: UnsafePointer<QuantizedRow>, sums: (IntegerLanes, IntegerLanes), scales: (Lanes, Lanes)
)

@inline(__always)
func loadColumns(_ finish: TileFinish) -> TileColumns {
    let sums = UnsafeRawPointer(finish.sums)
    return (
        finish.quantization,
        (
            sums.loadUnaligned(as: IntegerLanes.self),
            sums.loadUnaligned(fromByteOffset: 4 * laneCount, as: IntegerLanes.self)
        ),
        (load(finish.scales), load(finish.scales + laneCount))
    )
}

/// Writes a row's sums as numbers.
@inline(__always)
func finishRow(_ row: Int, _ left: Sums, _ right: Sums, _ columns: TileColumns, _ out: Target) {
    let zero = IntegerLanes(repeating: columns.quantization[row].zero)
    let scale = Lanes(repeating: columns.quantization[row].scale)
    store(cbyte_converted(left &- zero &* columns.sums.0) * columns.scales.0 * scale, out)
    store(cbyte_converted(right &- zero &* columns.sums.1) * columns.scales.1 * scale, out + laneCount)
}
