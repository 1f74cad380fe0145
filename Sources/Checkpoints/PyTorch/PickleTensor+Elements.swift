import Tensors

extension PickleTensor {
    /// The elements of a contiguous tensor.
    ///
    /// Precondition: `storage` has the storage's bytes, whose count was compared with the tensor's extent.
    func elements(of storage: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard !dimensions.contains(0) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let size = self.storage.elementType.byteCount
        let count = dimensions.reduce(1, *)
        require(
            (elementOffset + count) * size <= storage.count, "PickleTensor.elements: \(storage.count) bytes of storage")
        return UnsafeRawBufferPointer(rebasing: storage[elementOffset * size..<(elementOffset + count) * size])
    }

    /// The elements of a tensor with any strides, written out in row-major order.
    ///
    /// Precondition: as for `elements(of:)`.
    func gathered(_ storage: UnsafeRawBufferPointer) -> [UInt8] {
        let size = self.storage.elementType.byteCount
        let byteCount = dimensions.reduce(size, *)
        guard byteCount > 0 else { return [] }
        let last = zip(dimensions, strides).reduce(elementOffset) { $0 + ($1.0 - 1) * $1.1 }
        require((last + 1) * size <= storage.count, "PickleTensor.gathered: \(storage.count) bytes of storage")
        let inner = dimensions.last ?? 1
        let innerStride = strides.last ?? 1
        return [UInt8](unsafeUninitializedCapacity: byteCount) { result, initialized in
            var indices = [Int](repeating: 0, count: max(dimensions.count - 1, 0))
            var rowStart = elementOffset
            var target = 0
            while target < byteCount {
                for column in 0..<inner {
                    let source = (rowStart + column * innerStride) * size
                    for byte in 0..<size { result[target + byte] = storage[source + byte] }
                    target += size
                }
                // The next row: the last axis before the innermost runs fastest.
                var axis = indices.count - 1
                while axis >= 0 {
                    indices[axis] += 1
                    rowStart += strides[axis]
                    if indices[axis] < dimensions[axis] { break }
                    rowStart -= dimensions[axis] * strides[axis]
                    indices[axis] = 0
                    axis -= 1
                }
            }
            initialized = byteCount
        }
    }
}
