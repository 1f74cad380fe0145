import Tensors

extension ElementType {
    /// A tensor of stored elements, as Float32: over the same memory when it is stored so and aligned, a converted copy
    /// otherwise.
    ///
    /// Precondition: `bytes` holds exactly the elements of `shape`, and stays as it is while `owner` lives.
    func tensor(_ bytes: UnsafeRawBufferPointer, shape: Shape, owner: AnyObject) -> Tensor {
        if self == .float32, let start = bytes.baseAddress, !bytes.isEmpty,
            Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0
        {
            return Tensor(borrowing: start.assumingMemoryBound(to: Float.self), shape: shape, owner: owner)
        }
        let copy = widened(bytes, shape: shape)
        // The stored form will hardly be read again; its pages need not stay in memory beside the copy.
        (owner as? any PageOwner)?.discardPages(bytes)
        return copy
    }

    /// A tensor of stored little-endian elements, as Float32.
    ///
    /// Half and brain floats widen exactly. Integers above 2^24 and doubles are rounded to the nearest Float32; a
    /// boolean becomes 0 or 1.
    ///
    /// Precondition: `bytes` holds exactly the elements of `shape`. Nothing is assumed about its alignment.
    func widened(_ bytes: UnsafeRawBufferPointer, shape: Shape) -> Tensor {
        require(
            bytes.count == shape.elementCount * byteCount, "ElementType.widened: \(bytes.count) bytes for \(shape)")
        switch self {
        case .float16: return Tensor(float16: bytes, shape: shape)
        case .brain16: return Tensor(bfloat16: bytes, shape: shape)
        case .unsigned8: return Tensor(bytes: bytes, shape: shape)
        default: return Tensor(uninitialized: shape) { widen(bytes, into: $0) }
        }
    }

    private func widen(_ bytes: UnsafeRawBufferPointer, into result: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .unsigned8, .float16, .brain16:
            fault("ElementType.widen: \(rawValue) has an initialiser of Tensor")
        case .boolean: convert(bytes, into: result) { (stored: UInt8) in stored == 0 ? 0 : 1 }
        case .signed8: convert(bytes, into: result) { (stored: Int8) in Float(stored) }
        case .unsigned16: convert(bytes, into: result) { (stored: UInt16) in Float(UInt16(littleEndian: stored)) }
        case .signed16: convert(bytes, into: result) { (stored: Int16) in Float(Int16(littleEndian: stored)) }
        case .unsigned32: convert(bytes, into: result) { (stored: UInt32) in Float(UInt32(littleEndian: stored)) }
        case .signed32: convert(bytes, into: result) { (stored: Int32) in Float(Int32(littleEndian: stored)) }
        case .unsigned64: convert(bytes, into: result) { (stored: UInt64) in Float(UInt64(littleEndian: stored)) }
        case .signed64: convert(bytes, into: result) { (stored: Int64) in Float(Int64(littleEndian: stored)) }
        case .float32:
            convert(bytes, into: result) { (stored: UInt32) in Float(bitPattern: UInt32(littleEndian: stored)) }
        case .float64:
            convert(bytes, into: result) { (stored: UInt64) in
                Float(Double(bitPattern: UInt64(littleEndian: stored)))
            }
        }
    }
}

@inline(__always)
private func convert<Stored: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, into result: UnsafeMutableBufferPointer<Float>, _ value: (Stored) -> Float
) {
    for index in result.indices {
        result[index] = value(bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.stride, as: Stored.self))
    }
}
