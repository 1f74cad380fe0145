/// The rows of a map that a band of a 3 x 3 convolution's results needs, and where that band reaches over the map's edge.
public struct KernelBand: Sendable {
    /// Input rows under the kernel that the map has.
    public let inputs: Range<Int>
    /// Where zeros stand in for rows that the map lacks.
    public let padding: RowPadding

    /// The band that the rows `outputs` of the result need, at least one, of a map of `height` rows between zeros.
    public init(outputs: Range<Int>, height: Int, stride: Int) {
        let first = outputs.lowerBound * stride - 1
        let end = (outputs.upperBound - 1) * stride + 2
        padding = RowPadding(above: first < 0, below: end > height)
        inputs = max(0, first)..<min(height, end)
    }
}

/// Whether a row of zeros lies above and below a map.
public struct RowPadding: Sendable, Hashable {
    package let above: Bool
    package let below: Bool

    /// The padding of a whole map.
    public static let both = RowPadding(above: true, below: true)

    /// Rows of a 3 x 3 convolution's result on a map of `height` rows; 0 where the kernel does not fit.
    public func results(height: Int, stride: Int) -> Int {
        let padded = height + (above ? 1 : 0) + (below ? 1 : 0)
        return padded < 3 ? 0 : (padded - 3) / stride + 1
    }
}
