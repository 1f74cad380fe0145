import Tensors

/// What runs along rows: limited by memory rather than by arithmetic.
func rows() {
    let tokens = pattern([4096, 768])
    let (weight, bias) = (pattern([768], seed: 2), pattern([768], seed: 3))
    let row = (0..<768).map { Double(tokens[7, $0]) }
    let mean = row.reduce(0, +) / 768
    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 768
    let normal = (row[5] - mean) / (variance + 1e-6).squareRoot() * Double(weight[5]) + Double(bias[5])
    kernel("layer norm, SAM ViT-B tokens", operations: 8 * 4096 * 768, elements: 2 * tokens.count) {
        tokens.layerNorm(weight: weight, bias: bias, epsilon: 1e-6)
    } check: {
        compare($0, [(index: 7 * 768 + 5, value: normal)], magnitude: 4)
    }
    let hidden = pattern([4096, 3072])
    // GELU at zero is zero; its neighbours are checked by the test suite.
    let zeros = Tensor(zeros: [4096, 3072])
    kernel("GELU, SAM ViT-B hidden", operations: 20 * 4096 * 3072, elements: 2 * hidden.count) {
        hidden.gelu()
    } check: { _ in
        compare(zeros.gelu(), [(index: 11, value: 0)], magnitude: 1)
    }
    kernel("QuickGELU, SAM ViT-B hidden", operations: 15 * 4096 * 3072, elements: 2 * hidden.count) {
        hidden.quickGELU()
    } check: { _ in
        compare(zeros.quickGELU(), [(index: 11, value: 0)], magnitude: 1)
    }
    kernel("softmax, 4096 rows of 4096", operations: 15 * 4096 * 4096, elements: 2 * 4096 * 4096) {
        Rows.square.softmax()
    } check: { result in
        let sum = (0..<4096).reduce(0.0) { $0 + Double(result[9, $1]) }
        return abs(sum - 1) < 1e-4 ? nil : "a row sums to \(sum)"
    }
    let logits = pattern([1, 256, 256])
    kernel("bilinear, mask logits 256 to 1024", operations: 8 * 1024 * 1024, elements: 256 * 256 + 1024 * 1024) {
        logits.resizedBilinear(height: 1024, width: 1024)
    } check: {
        // The corner lies outside the centres of the source and takes the nearest.
        compare($0, [(index: 0, value: Double(logits[0, 0, 0]))], magnitude: 1)
    }
}

private enum Rows {
    static let square = pattern([4096, 4096])
}
