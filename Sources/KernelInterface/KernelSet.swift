/// The kernels of one instruction set: loops over rows and tiles of numbers in memory.
///
/// This is the one list of kernels. Every instruction set compiles the files of `KernelsBaseline`, which say beside each
/// function what it does. A new kernel takes a line here and a function there.
///
/// A kernel checks nothing: its caller does. `out` is what it writes, a stride is the distance from one row to the next,
/// and all sizes are numbers of elements.
package protocol KernelSet: SendableMetatype {
    typealias Source = UnsafePointer<Float>
    typealias Target = UnsafeMutablePointer<Float>

    // MARK: Sizes

    /// Elements of a vector.
    static var laneCount: Int { get }
    /// Rows of the register tile of a matrix product, and columns of a panel.
    static var tileRows: Int { get }
    static var tileColumns: Int { get }
    /// Whether a multiplication and an addition are one instruction with one rounding. Every processor that has it also
    /// widens half precision in one instruction.
    static var hasFusedMultiplyAdd: Bool { get }

    // MARK: Arithmetic over a row

    static func combineRow(
        _ operation: RowOperation, _ out: Target, _ left: Source, step leftStep: Int, _ right: Source,
        step rightStep: Int, count: Int)
    static func addScaledRow(_ out: Target, _ source: Source, by factor: Float, count: Int)
    static func scaleRow(_ out: Target, by factor: Float, count: Int)
    static func clampRow(_ out: Target, _ source: Source, from lowest: Float, to highest: Float, count: Int)
    static func fillRow(_ out: Target, with value: Float, count: Int)

    // MARK: Reductions

    static func sumRow(_ source: Source, count: Int) -> Float
    static func dotRow(_ left: Source, _ right: Source, count: Int) -> Float
    static func squaredDeviationRow(_ source: Source, from centre: Float, count: Int) -> Float
    static func maximumRow(_ source: Source, count: Int) -> Float
    static func maximumRows(_ out: Target, _ source: Source, count: Int)

    // MARK: Functions of each element

    static func exponentialRow(_ out: Target, _ source: Source, count: Int)
    static func geluRow(_ out: Target, _ source: Source, count: Int)
    static func quickGELURow(_ out: Target, _ source: Source, count: Int)
    static func reluRow(_ out: Target, _ source: Source, count: Int)
    static func sigmoidRow(_ out: Target, _ source: Source, count: Int)
    static func squareRootRow(_ out: Target, _ source: Source, count: Int)

    // MARK: Normalisation

    static func softmaxRow(_ out: Target, _ source: Source, count: Int)
    static func layerNormRow(_ out: Target, _ source: Source, weight: Source, bias: Source, epsilon: Float, count: Int)
    static func layerNormPixels(
        _ out: Target, _ source: Source, weight: Source, bias: Source, epsilon: Float, channels: Int, planeStride: Int,
        count: Int)

    // MARK: Attention

    static func spreadGridTerms(
        _ scores: Target, stride: Int, rowTerms: Source, columnTerms: Source, termStride: Int, rows: Int, first: Int,
        count: Int, gridWidth: Int)
    static func foldSoftmaxRows(
        _ scores: Target, stride: Int, rows: Int, count: Int, seen: Int, seenStep: Int, padded: Int, maxima: Target,
        sums: Target, accumulator: Target, width: Int)
    static func divideRows(
        _ out: Target, stride outStride: Int, _ source: Source, stride sourceStride: Int, by divisors: Source,
        rows: Int, columns: Int)

    // MARK: Conversion

    static func widenFloat16Row(_ out: Target, _ source: UnsafeRawPointer, count: Int)
    static func widenBFloat16Row(_ out: Target, _ source: UnsafeRawPointer, count: Int)
    static func widenBytesRow(_ out: Target, _ source: UnsafeRawPointer, count: Int)
    static func narrowFloat16Row(_ out: UnsafeMutableRawPointer, _ source: Source, count: Int) -> Bool

    // MARK: Copying

    static func copyRows(
        _ out: Target, stride outStride: Int, _ source: Source, stride sourceStride: Int, rows: Int, columns: Int)
    static func gatherRow(_ out: Target, _ source: Source, step sourceStep: Int, count: Int)
    static func transposeRows(
        _ out: Target, stride outStride: Int, _ source: Source, stride sourceStride: Int, rows: Int, columns: Int)

    // MARK: Convolution and resampling

    static func unrollPlaneRow(
        _ out: Target, _ plane: Source, height: Int, width: Int, outWidth: Int, stride: Int, padding: Int,
        kernelRow: Int, kernelColumn: Int, firstPixel: Int, count: Int)
    static func convolvePlaneRow(
        _ out: Target, width outWidth: Int, row outRow: Int, _ plane: Source, height: Int, width: Int, kernel: Source,
        kernelHeight: Int, kernelWidth: Int, stride: Int, padding: Int)
    static func convolveChannelsRow(
        _ out: Target, width outWidth: Int, firstRow: Int, _ map: Source, height: Int, width: Int, channels: Int,
        zeros: Source, weight: Source, side: Int, bias: Source, stride: Int)
    static func resampleRow(
        _ out: Target, _ source: Source, first: UnsafePointer<Int32>, lengths: UnsafePointer<Int32>, weights: Source,
        taps: Int, count: Int)
    static func blendRows(
        _ out: Target, _ source: Source, stride sourceStride: Int, weights: Source, taps: Int, count: Int)
    static func strongestRow(
        _ out: Target, _ source: Source, places: UnsafePointer<Int32>, weights: Source, filters: Int, taps: Int,
        count: Int)

    // MARK: Matrix products

    static func packRightPanel(
        _ out: Target, _ source: Source, depthStride: Int, columnStride: Int, depth: Int, columns: Int)
    static func multiplyRows(
        _ out: Target, stride outStride: Int, _ left: Source, rowStride: Int, depthStride: Int, by right: Source,
        panelStride: Int, rows: Int, columns: Int, depth: Int, accumulate: Bool, edge: Target, ahead: UnsafeRawPointer,
        aheadStep: Int)
    static func finishRows(
        _ out: Target, stride outStride: Int, _ source: Source, stride sourceStride: Int, bias: Source?,
        biasRowStep: Int, biasStep: Int, activation: RowActivation, residual: Source?, residualStride: Int, rows: Int,
        columns: Int)

    // MARK: Panels of columns

    static func exponentialColumns(_ values: Target, maxima: Target, sums: Target, rows: Int)
    static func softmaxColumnGroups(_ values: Target, offsets: Source, groups: Int, rows: Int)
    static func fillPanelRows(_ out: Target, with values: Source, rows: Int)
    static func addScaledColumns(_ out: Target, _ source: Source, by factors: Source, rows: Int, columns: Int)
    static func normalizePanelSum(
        _ out: Target, placed: Target, _ source: Source, position: Source, weight: Source, bias: Source, epsilon: Float,
        rows: Int)

    // MARK: What the processor can do at most

    /// Multiply-adds of one round of `peakLoop`.
    static var peakRoundOperations: Int { get }
    static func peakLoop(rounds: Int) -> Float
}

/// What a kernel does to each pair of elements.
package enum RowOperation: Sendable {
    case add, subtract, multiply, divide
}

/// What follows a product.
package enum RowActivation: Sendable {
    case none, gelu, quickGELU, relu, relu6
}
