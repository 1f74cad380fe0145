import Benchmark
import Tensors

/// Every kernel at the shapes of the real models. `swift package --package-path Benchmarks benchmark --target Kernels`.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .gigaflops, .gigabytes, .percentOfPeak], warmupIterations: 3,
        maxDuration: .milliseconds(600), maxIterations: 200)
    products()
    attentions()
    convolutions()
    rows()
}

extension BenchmarkMetric {
    /// 10^9 floating-point operations a second; a multiply-add is two.
    static let gigaflops = BenchmarkMetric.custom("GFLOP/s", polarity: .prefersLarger, useScalingFactor: false)
    /// 10^9 bytes a second, counting each operand and the result once.
    static let gigabytes = BenchmarkMetric.custom("GB/s", polarity: .prefersLarger, useScalingFactor: false)
    /// Of the multiply-add peak of all threads, measured when the benchmark starts.
    static let percentOfPeak = BenchmarkMetric.custom("% of peak", polarity: .prefersLarger, useScalingFactor: false)
}

/// What the machine reaches in multiply-adds alone, 10^9 operations a second.
let peakGigaflops = MachineReport().measureGigaflops(seconds: 1).peakGigaflops

/// Numbers that are the same in every run.
func pattern(_ shape: Shape, seed: Int = 1) -> Tensor {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
    return Tensor(uninitialized: shape) { out in
        for index in out.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            out[index] = Float(state >> 40) * 0x1p-23 - 1
        }
    }
}

/// A benchmark of one operation whose result is compared with a plain one before it is timed.
///
/// - Parameters:
///   - operations: floating-point operations of one run.
///   - elements: numbers read and written by one run.
///   - check: nil when the result is right, else what is wrong with it.
func kernel(
    _ name: String, operations: Double, elements: Int, _ run: @escaping @Sendable () -> Tensor,
    check: @escaping @Sendable (Tensor) -> String?
) {
    Benchmark(name) { benchmark in
        if let fault = check(run()) {
            benchmark.error(fault)
            return
        }
        let clock = ContinuousClock()
        benchmark.startMeasurement()
        let start = clock.now
        for _ in benchmark.scaledIterations { blackHole(run()) }
        let seconds = (clock.now - start) / .seconds(1) / Double(benchmark.scaledIterations.count)
        benchmark.stopMeasurement()
        let gigaflops = operations / seconds / 1e9
        benchmark.measurement(.gigaflops, Int(gigaflops.rounded()))
        benchmark.measurement(.gigabytes, Int((Double(elements * 4) / seconds / 1e9).rounded()))
        benchmark.measurement(.percentOfPeak, Int((100 * gigaflops / peakGigaflops).rounded()))
    }
}

/// Whether some elements of a result are what a plain sum in Double gives.
func compare(_ result: Tensor, _ expected: [(index: Int, value: Double)], magnitude: Double) -> String? {
    let values = result.flattened()
    for (index, value) in expected where abs(Double(values[index]) - value) > 1e-4 * magnitude {
        return "element \(index) is \(values[index]), not \(value)"
    }
    return nil
}
