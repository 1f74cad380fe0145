/// The rows of a map that a band of a convolution's results needs, and where that band reaches over the map's edge.
public struct KernelBand: Sendable {
    /// Input rows under the kernel that the map has.
    public let inputs: Range<Int>
    /// Where zeros stand in for rows that the map lacks.
    public let padding: RowPadding

    /// The band that the rows `outputs` of the result need, at least one, of a map of `height` rows between the zeros that
    /// keep its size (``RowPadding/both(of:)``). The kernel has `side` rows, an odd number.
    public init(outputs: Range<Int>, height: Int, stride: Int, side: Int = 3) {
        let first = outputs.lowerBound * stride - side / 2
        let end = (outputs.upperBound - 1) * stride + side / 2 + 1
        padding = RowPadding(above: max(0, -first), below: max(0, end - height))
        inputs = max(0, first)..<min(height, end)
    }
}

/// How many rows of zeros lie above and below a map.
public struct RowPadding: Sendable, Hashable {
    package let above: Int
    package let below: Int

    /// The padding of a whole map for a 3 x 3 convolution.
    public static let both = RowPadding(above: 1, below: 1)

    /// The padding of a whole map with which a kernel of `side` rows, an odd number, keeps the map's size.
    public static func both(of side: Int) -> RowPadding { RowPadding(above: side / 2, below: side / 2) }

    /// Rows of a convolution's result on a map of `height` rows; 0 where the kernel of `side` rows does not fit.
    public func results(height: Int, stride: Int, side: Int = 3) -> Int {
        let padded = height + above + below
        return padded < side ? 0 : (padded - side) / stride + 1
    }
}
