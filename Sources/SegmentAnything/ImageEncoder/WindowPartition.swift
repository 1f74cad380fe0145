import Tensors

/// A square map cut into windows as the reference cuts it, for observers: with zeros beyond the right and bottom edges.
///
/// Matches `window_partition` and `window_unpartition` of segment_anything.
struct WindowPartition: Sendable {
    /// Tokens along a side of the map.
    let grid: Int
    /// Tokens along a side of a window.
    let window: Int

    private var across: Int { (grid + window - 1) / window }

    /// Windows of the map.
    var count: Int { across * across }

    /// `[1, grid, grid, width]` to `[windows, window, window, width]`.
    func cut(_ map: Tensor) -> Tensor {
        let (missing, width) = (across * window - grid, map.shape[3])
        return map.padded(axis: 1, before: 0, after: missing).padded(axis: 2, before: 0, after: missing)
            .reshaped(to: [across, window, across, window, width]).permuted([0, 2, 1, 3, 4])
            .reshaped(to: [count, window, window, width])
    }

    /// `[windows, window, window, width]`, or `[windows, window * window, width]`, to `[1, grid, grid, width]`.
    func joined(_ windows: Tensor) -> Tensor {
        let width = windows.shape[-1]
        return windows.reshaped(to: [across, across, window, window, width]).permuted([0, 2, 1, 3, 4])
            .reshaped(to: [1, across * window, across * window, width])
            .sliced(axis: 1, 0..<grid).sliced(axis: 2, 0..<grid)
    }
}
