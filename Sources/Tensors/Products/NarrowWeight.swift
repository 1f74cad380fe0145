import KernelInterface

/// A weight whose numbers take fewer bits than sums do, laid out once for its products; those take rows that are rounded
/// likewise.
///
/// The layout is that of ``PackedWeight``, in one pass over the whole depth, and belongs to the kernels in use.
protocol NarrowWeight: Sendable {
    /// What belongs to a rounded row besides its numbers.
    associatedtype RowUnit: BitwiseCopyable

    var columns: Int { get }
    var depth: Int { get }
    var kernelSet: any NarrowKernelSet.Type { get }
    /// The panels, one behind the other.
    var panelStorage: TensorStorage { get }

    /// Rounds a row of the left operand, `depth` numbers.
    func roundRow(_ out: UnsafeMutableRawPointer, _ source: UnsafePointer<Float>) -> RowUnit

    /// The product of rounded rows with neighbouring panels.
    ///
    /// - Parameters:
    ///   - out: sums of rows of a tile at most, `stride` apart, a panel's columns behind those of the one before.
    ///   - units: of each row.
    ///   - ahead: memory that will be needed next; it is asked for, `aheadStep` bytes further with every step of every
    ///     panel.
    func multiply(
        _ out: UnsafeMutablePointer<Float>, stride: Int, _ left: UnsafeRawPointer, rowStride: Int,
        units: UnsafePointer<RowUnit>, panels: Range<Int>, rows: Int, ahead: UnsafeRawPointer, aheadStep: Int)
}

extension NarrowWeight {
    var panels: Int { (columns + kernelSet.tileColumns - 1) / kernelSet.tileColumns }
    /// Steps of the kernel along the depth.
    var groups: Int { (depth + kernelSet.groupDepth - 1) / kernelSet.groupDepth }
    /// Bytes from one panel to the next.
    var panelBytes: Int { groups * kernelSet.groupDepth * kernelSet.tileColumns * kernelSet.weightBytes }

    func place(_ panel: Int) -> UnsafeRawPointer { UnsafeRawPointer(panelStorage.base) + panel * panelBytes }
}
