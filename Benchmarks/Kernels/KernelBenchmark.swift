import Tensors

/// A kernel at the shape that a model gives it.
struct KernelBenchmark {
    /// What is computed.
    let kernel: String
    /// Whose layer has this shape.
    let model: String
    let shape: String
    /// Nil for what uses as many as there are.
    var threads: Int?
    /// Makes the operands. They go away with the benchmark's turn, because together they would fill the memory.
    let prepare: () -> PreparedKernel

    /// All that is known of it in one line.
    var name: String { "\(kernel), \(model), \(shape)" }
}

/// A kernel with its operands.
struct PreparedKernel {
    /// Of one run. An operation of `Tensors` tells it itself; see ``init(run:library:expected:)``.
    let cost: KernelCost
    let run: () -> Tensor
    /// What OpenBLAS gives for the same; nil where it has no such function.
    var library: (() -> Tensor)?
    /// Some elements of the result as a plain sum in Double gives them.
    let expected: [ExpectedElement]

    /// An operation, which says what it costs when it is recorded.
    init(run: @escaping () -> Tensor, library: (() -> Tensor)? = nil, expected: [ExpectedElement]) {
        var cost = KernelCost()
        for entry in Profile.record(run).profile.entries {
            cost.operations += entry.sum.operations
            cost.bytes += entry.sum.bytes
        }
        self.init(cost: cost, run: run, library: library, expected: expected)
    }

    init(cost: KernelCost, run: @escaping () -> Tensor, library: (() -> Tensor)? = nil, expected: [ExpectedElement]) {
        (self.cost, self.run, self.library, self.expected) = (cost, run, library, expected)
    }
}

/// What one run does.
struct KernelCost {
    /// Floating-point operations: a multiply-add is two. 0 for what memory limits, such as norms and activations.
    var operations = 0
    /// Of each operand and of the result, once.
    var bytes = 0
}

/// What an element of a result should be.
struct ExpectedElement {
    let index: Int
    let value: Double
    /// How far the result may be away.
    let tolerance: Double

    init(_ index: Int, _ value: Double, tolerance: Double) {
        (self.index, self.value, self.tolerance) = (index, value, tolerance)
    }

    /// - Parameter magnitude: of the terms that are summed.
    init(_ index: Int, _ value: Double, magnitude: Double = 1) {
        self.init(index, value, tolerance: 1e-4 * magnitude)
    }
}

/// Numbers between -1 and 1 that are the same in every run.
func pattern(_ shape: Shape, seed: Int = 1) -> Tensor {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
    return Tensor(uninitialized: shape) { out in
        for index in out.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            out[index] = Float(state >> 40) * 0x1p-23 - 1
        }
    }
}
