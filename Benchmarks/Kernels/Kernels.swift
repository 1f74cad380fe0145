import Benchmark
import Tensors

let benchmarks: @Sendable () -> Void = {
}
