import Foundation
import Tensors

/// What runs along rows: limited by memory rather than by arithmetic.
func rows() -> [KernelBenchmark] {
    [
        KernelBenchmark(kernel: "layer norm", model: "SAM ViT-B tokens", shape: "4096 x 768") {
            let tokens = pattern([4096, 768])
            let (weight, bias) = (pattern([768], seed: 2), pattern([768], seed: 3))
            let row = (0..<768).map { Double(tokens[7, $0]) }
            let mean = row.reduce(0, +) / 768
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 768
            let normal = (row[5] - mean) / (variance + 1e-6).squareRoot() * Double(weight[5]) + Double(bias[5])
            return PreparedKernel(
                run: { tokens.layerNorm(weight: weight, bias: bias, epsilon: 1e-6) },
                expected: [ExpectedElement(7 * 768 + 5, normal, magnitude: 4)])
        },
        activation("GELU", { $0.gelu() }) { $0 / 2 * (1 + erf($0 / 2.0.squareRoot())) },
        activation("QuickGELU", { $0.quickGELU() }) { $0 / (1 + exp(-1.702 * $0)) },
        KernelBenchmark(kernel: "softmax", model: "logits of 4,096 tokens", shape: "4096 x 4096") {
            let logits = pattern([4096, 4096])
            let sum = (0..<4096).reduce(0.0) { $0 + exp(Double(logits[9, $1])) }
            return PreparedKernel(
                run: { logits.softmax() },
                expected: [3, 4095].map { ExpectedElement(9 * 4096 + $0, exp(Double(logits[9, $0])) / sum) })
        },
        KernelBenchmark(kernel: "bilinear", model: "SAM's mask logits", shape: "256 x 256 to 1024 x 1024") {
            let logits = pattern([1, 256, 256])
            return PreparedKernel(
                run: { logits.resizedBilinear(height: 1024, width: 1024) },
                // The corner lies outside the centres of the source and takes the nearest.
                expected: [ExpectedElement(0, Double(logits[0, 0, 0]))])
        },
    ]
}

private func activation(
    _ kernel: String, _ run: @escaping (Tensor) -> Tensor, _ value: @escaping (Double) -> Double
) -> KernelBenchmark {
    KernelBenchmark(kernel: kernel, model: "SAM ViT-B hidden", shape: "4096 x 3072") {
        let hidden = pattern([4096, 3072])
        return PreparedKernel(
            run: { run(hidden) },
            expected: [0, 17 * 3072 + 5].map { ExpectedElement($0, value(Double(hidden.values[$0]))) })
    }
}
