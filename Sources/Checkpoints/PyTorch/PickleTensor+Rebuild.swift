extension PickleTensor {
    private static let rankLimit = 32

    /// A tensor from the arguments of `torch._utils._rebuild_tensor_v2`: storage, offset, size, stride, whether it wants
    /// a gradient, hooks, and since PyTorch 1.13 a dictionary of marks.
    ///
    /// - Parameter expansionBytes: bytes that tensors with repeated elements may still take; this tensor's are subtracted.
    init(_ arguments: [PickleValue], _ graph: PickleGraph, expansionBytes: inout Int) throws(PickleFault) {
        guard arguments.count == 6 || arguments.count == 7, case .storage(let storageIndex) = arguments[0],
            case .integer(let elementOffset) = arguments[1], case .tuple(let size) = arguments[2],
            case .tuple(let stride) = arguments[3], case .boolean = arguments[4]
        else { throw .wrongArguments(of: "_rebuild_tensor_v2") }
        switch arguments[5] {
        case .none: break
        case .dictionary(let hooks) where graph.dictionaries[hooks].items.isEmpty: break
        default: throw .unsupportedTensor("a tensor with hooks")
        }
        if arguments.count == 7 {
            // The marks say that values are to be read conjugated or negated.
            switch arguments[6] {
            case .none: break
            case .dictionary(let marks) where graph.dictionaries[marks].items.isEmpty: break
            default: throw .unsupportedTensor("a tensor with marks")
            }
        }
        storage = graph.storages[storageIndex]
        self.elementOffset = elementOffset
        dimensions = try Self.numbers(graph.tuples[size])
        let steps = try Self.numbers(graph.tuples[stride])
        // The stride of an axis of one element is never used, so it may be any number.
        self.strides = zip(steps, dimensions).map { $1 == 1 ? 0 : $0 } + steps.dropFirst(dimensions.count)
        guard dimensions.count == strides.count else {
            throw .ranksDiffer(shape: dimensions.count, strides: strides.count)
        }
        guard elementOffset >= 0 else { throw .negativeNumber }
        let (byteCount, extent) = try sizes()
        if let (index, needed) = extent {
            guard index < storage.elementCount else {
                throw .beyondStorage(elementsNeeded: needed, elements: storage.elementCount)
            }
            if byteCount > storage.elementCount * storage.elementType.byteCount || strides(contain: 0) {
                guard byteCount <= expansionBytes else {
                    throw .expansionTooLarge(byteCount: byteCount, limit: expansionBytes)
                }
                expansionBytes -= byteCount
            }
        } else {
            guard elementOffset <= storage.elementCount else {
                throw .beyondStorage(elementsNeeded: elementOffset, elements: storage.elementCount)
            }
        }
    }

    private static func numbers(_ values: [PickleValue]) throws(PickleFault) -> [Int] {
        guard values.count <= rankLimit else { throw .rankTooLarge(limit: rankLimit) }
        var numbers: [Int] = []
        for value in values {
            guard case .integer(let number) = value else { throw .wrongArguments(of: "_rebuild_tensor_v2") }
            guard number >= 0 else { throw .negativeNumber }
            numbers.append(number)
        }
        return numbers
    }

    /// Whether an axis of more than one element has this stride.
    private func strides(contain stride: Int) -> Bool {
        zip(dimensions, strides).contains { $0 > 1 && $1 == stride }
    }

    /// The bytes of all elements written out, and the index of the last element in the storage with how many
    /// elements that needs, nil beyond what can be counted; nil without elements.
    private func sizes() throws(PickleFault) -> (byteCount: Int, extent: (index: Int, needed: Int?)?) {
        // A zero among the dimensions must not hide an overflow of the others, so it takes part only at the end.
        var byteCount = storage.elementType.byteCount
        for dimension in dimensions where dimension != 0 {
            let (next, overflows) = byteCount.multipliedReportingOverflow(by: dimension)
            guard !overflows else { throw .sizeOverflows }
            byteCount = next
        }
        guard !dimensions.contains(0) else { return (0, nil) }
        var last = elementOffset
        for (dimension, stride) in zip(dimensions, strides) {
            let (span, spanOverflows) = (dimension - 1).multipliedReportingOverflow(by: stride)
            let (next, overflows) = last.addingReportingOverflow(span)
            guard !spanOverflows, !overflows else { return (byteCount, (.max, nil)) }
            last = next
        }
        return (byteCount, (last, last == .max ? nil : last + 1))
    }

    /// Whether the elements lie in the storage one after the other.
    var isContiguous: Bool {
        var expected = 1
        for (dimension, stride) in zip(dimensions, strides).reversed() where dimension != 1 {
            guard stride == expected else { return dimensions.contains(0) }
            expected *= dimension
        }
        return true
    }
}
