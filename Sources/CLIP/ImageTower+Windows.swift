import NeuralNetwork
import Tensors

extension ImageTower {
    /// Tokens that go through the tower together. More would take more memory and be no faster.
    private static let tokensAtOnce = 4096

    /// The vectors of a picture and of its windows.
    ///
    /// - Parameters:
    ///   - pixels: `[1, 3, height, columns]`.
    ///   - sides: of the windows, in patches, each from 1 to the shorter side of the grid.
    func windowFeatures<Failure>(
        _ pixels: Tensor, sides: [Int], _ steps: CancellableSteps<Failure>
    ) throws(Failure) -> WindowFeatures {
        try Profile.layer(path) { () throws(Failure) -> WindowFeatures in try features(pixels, sides: sides, steps) }
    }

    private func features<Failure>(
        _ pixels: Tensor, sides: [Int], _ steps: CancellableSteps<Failure>
    ) throws(Failure) -> WindowFeatures {
        let (placed, gridHeight, gridWidth) = try steps { placedTokens(pixels) }
        let tokens = placed.element(0)
        let classToken = try classVectors(placed, steps).element(0)
        var scales: [WindowFeatures.Scale] = []
        for side in sides {
            let windows = Self.windows(side: side, gridHeight: gridHeight, gridWidth: gridWidth)
            scales.append(WindowFeatures.Scale(side: side, windows: try vectors(of: windows, in: tokens, steps)))
        }
        return WindowFeatures(gridHeight: gridHeight, gridWidth: gridWidth, classToken: classToken, scales: scales)
    }

    /// For each window the indices of its tokens: the class token, then its patches row by row.
    private static func windows(side: Int, gridHeight: Int, gridWidth: Int) -> [[Int]] {
        (0...gridHeight - side).flatMap { top in
            (0...gridWidth - side).map { left in
                [0] + (0..<side * side).map { 1 + (top + $0 / side) * gridWidth + left + $0 % side }
            }
        }
    }

    /// Each window through the tower: `[windows, embedding]`.
    private func vectors<Failure>(
        of windows: [[Int]], in tokens: Tensor, _ steps: CancellableSteps<Failure>
    ) throws(Failure) -> Tensor {
        let length = windows[0].count
        let atOnce = max(1, Self.tokensAtOnce / length)
        var parts: [Tensor] = []
        for start in stride(from: 0, to: windows.count, by: atOnce) {
            let batch = windows[start..<min(start + atOnce, windows.count)]
            let gathered = tokens.gathered(rows: batch.flatMap { $0 })
            parts.append(
                try classVectors(gathered.reshaped(to: [batch.count, length, tokens.shape[1]]), steps))
        }
        return parts.count == 1 ? parts[0] : .concatenated(parts, axis: 0)
    }
}
