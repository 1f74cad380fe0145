import CPrefetch

// The one door from tensors to pointers inside this module: sources of several operands, and a destination to fill.

extension Tensor {
    /// Makes a tensor by handing out the start of its memory.
    static func filled(_ shape: Shape, _ fill: (UnsafeMutablePointer<Float>) -> Void) -> Tensor {
        Tensor(uninitialized: shape) { target in
            if let base = target.baseAddress { fill(base) }
        }
    }

    /// The same for an operation that is measured where somebody wants to know.
    static func filled(
        _ shape: Shape, _ cost: @autoclosure () -> OperationCost, _ fill: (UnsafeMutablePointer<Float>) -> Void
    ) -> Tensor {
        measured(cost()) { filled(shape, fill) }
    }

    /// The start of the elements, for reading during the call.
    func read<R>(_ body: (UnsafePointer<Float>) -> R) -> R {
        withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { fault("tensor memory has an address") }
            return body(base)
        }
    }
}

/// The same for an operand that may be missing.
func read<R>(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> R) -> R {
    if let tensor { tensor.read { body($0) } } else { body(nil) }
}

/// Memory for one task, released when the call ends.
func withScratch<R>(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> R) -> R {
    let storage = TensorStorage(uninitialized: count)
    return withExtendedLifetime(storage) { body(storage.base) }
}

/// Asks the processor to bring rows into its second cache; they need not be memory of the program.
func prefetchRows(_ base: UnsafePointer<Float>, _ stride: Int, _ rows: Int, _ columns: Int) {
    let line = 64 / MemoryLayout<Float>.stride
    // Plain loops: without optimisation, those over ranges took a quarter of the time of a whole picture.
    var row = 0
    while row < rows {
        var column = 0
        while column < columns {
            prefetchToSecondCache(base + row * stride + column)
            column += line
        }
        row += 1
    }
}
