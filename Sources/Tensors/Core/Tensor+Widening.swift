import KernelInterface

// Tensors from narrower numbers. The bytes may lie at any address.

extension Tensor {
    /// IEEE half precision, little-endian, `2 * shape.elementCount` bytes. Every value is represented exactly.
    public init(float16 bytes: UnsafeRawBufferPointer, shape: Shape) {
        self.init(bytes, bytesPerElement: 2, shape: shape, Kernels.active.widenFloat16Row)
    }

    /// BF16, little-endian, `2 * shape.elementCount` bytes. Every value is represented exactly.
    public init(bfloat16 bytes: UnsafeRawBufferPointer, shape: Shape) {
        self.init(bytes, bytesPerElement: 2, shape: shape, Kernels.active.widenBFloat16Row)
    }

    /// Bytes, 0 ... 255.
    public init(bytes: UnsafeRawBufferPointer, shape: Shape) {
        self.init(bytes, bytesPerElement: 1, shape: shape, Kernels.active.widenBytesRow)
    }

    private init(
        _ bytes: UnsafeRawBufferPointer, bytesPerElement: Int, shape: Shape,
        _ widen: (UnsafeMutablePointer<Float>, UnsafeRawPointer, Int) -> Void
    ) {
        let count = shape.elementCount
        require(bytes.count == count * bytesPerElement, "Tensor.init", "\(bytes.count) bytes for shape \(shape)")
        self = Tensor.filled(shape) { out in
            guard let base = bytes.baseAddress else { return }
            ParallelRows.forEachDisjoint(WorkSplit(count, least: 65_536)) { range in
                widen(out + range.lowerBound, base + range.lowerBound * bytesPerElement, range.count)
            }
        }
    }
}
