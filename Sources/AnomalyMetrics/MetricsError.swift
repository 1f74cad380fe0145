public import Imaging

/// Why scores and truth cannot be compared.
public enum MetricsError: Error, Hashable, Sendable {
    /// A map, or a mask, and its truth are of different sizes.
    case sizesDiffer(map: ImageSize, truth: ImageSize)
    /// The score at this index (row-major for a map) is not a number.
    case notANumber(index: Int)
    /// A grid whose ends are no numbers or in the wrong order, or with too few or too many steps.
    case unusableGrid(lowest: Float, highest: Float, steps: Int)
    /// Counts of different grids, or with and without false regions, cannot be joined.
    case settingsDiffer
    /// Bytes that are no stored counts, or were changed since.
    case damagedState(byteOffset: Int)
}
