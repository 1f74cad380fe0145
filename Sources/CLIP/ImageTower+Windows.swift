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
    func windowFeatures(_ pixels: Tensor, sides: [Int]) -> WindowFeatures {
        Profile.layer(path) { features(pixels, sides: sides) }
    }

    private func features(_ pixels: Tensor, sides: [Int]) -> WindowFeatures {
        let (placed, gridHeight, gridWidth) = placedTokens(pixels)
        let tokens = placed.element(0)
        return WindowFeatures(
            gridHeight: gridHeight, gridWidth: gridWidth, classToken: classVectors(placed).element(0),
            scales: sides.map { side in
                let windows = Self.windows(side: side, gridHeight: gridHeight, gridWidth: gridWidth)
                return WindowFeatures.Scale(side: side, windows: vectors(of: windows, in: tokens))
            })
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
    private func vectors(of windows: [[Int]], in tokens: Tensor) -> Tensor {
        let length = windows[0].count
        let atOnce = max(1, Self.tokensAtOnce / length)
        let parts = stride(from: 0, to: windows.count, by: atOnce).map { start in
            let batch = windows[start..<min(start + atOnce, windows.count)]
            return classVectors(
                tokens.gathered(rows: batch.flatMap { $0 }).reshaped(to: [batch.count, length, tokens.shape[1]]))
        }
        return parts.count == 1 ? parts[0] : .concatenated(parts, axis: 0)
    }
}
