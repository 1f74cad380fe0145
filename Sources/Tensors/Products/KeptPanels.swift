/// A packed weight as memory that can be kept in a file, and used again where it lies there.
///
/// The layout belongs to the kernels in use: see ``kernels(_:)``.
package struct KeptPanels: Sendable {
    /// What the numbers of panels are.
    package enum Numbers: String, Sendable {
        case float32, float16, int8, bfloat16
    }

    /// Of the weight, `[out, in]`.
    package let shape: Shape
    package let numbers: Numbers
    /// All memory of the packed weight, `[words]`, as words of 32 bits whatever stands in them.
    package let words: Tensor

    /// To be raised with every change of a layout; a test holds what each of them looks like.
    package static let version = 1

    package init(shape: Shape, numbers: Numbers, words: Tensor) {
        self.shape = shape
        self.numbers = numbers
        self.words = words
    }

    /// Whose layout packed weights of a precision have in this process. Panels of other kernels mean something else.
    package static func kernels(_ precision: Precision) -> String {
        switch precision {
        case .full: Kernels.choice.instructionSet.rawValue
        case .int8: ByteKernels.activeName
        case .bf16: BFloat16Kernels.activeName
        }
    }
}

/// Packed weights of one model that were kept, and the place where those that are made now are noted.
package protocol PanelShelf: AnyObject, Sendable {
    /// Those of a layer's weight, by its name in the model; nil where there are none that can be trusted.
    func panels(_ name: String) -> KeptPanels?

    /// Takes note of a weight that was made without kept panels.
    func note(_ weight: LinearWeight, _ name: String)
}

extension LinearWeight {
    /// The weight as it is packed; nil before its first use, and where weights are not packed.
    package var panels: KeptPanels? {
        switch currentForm {
        case .packed(let packed):
            KeptPanels(
                shape: shape, numbers: packed.isHalf ? .float16 : .float32, words: Tensor(wholeOf: packed.storage))
        case .bytes(let bytes): KeptPanels(shape: shape, numbers: .int8, words: bytes.words)
        case .bfloat16(let numbers):
            KeptPanels(shape: shape, numbers: .bfloat16, words: Tensor(wholeOf: numbers.panelStorage))
        case .plain, .rows: nil
        }
    }

    /// A weight from panels that ``panels`` gave with the same kernels.
    ///
    /// - Parameter original: the weight itself where it can be had for nothing, for whoever asks for its numbers.
    /// - Returns: nil where these panels are not of this precision, or not of the size that their shape asks for.
    package init?(_ kept: KeptPanels, precision: Precision, original: @escaping @Sendable () -> Tensor?) {
        guard kept.shape.rank == 2, let storage = kept.words.wholeStorage else { return nil }
        let form: Form? =
            switch (precision, kept.numbers) {
            case (.full, .float32), (.full, .float16), (.int8, .float32), (.int8, .float16):
                LinearWeight.packs && (precision == .full || !LinearWeight.fitsBytes(kept.shape))
                    ? PackedWeight(storage, kept.shape, isHalf: kept.numbers == .float16).map { .packed($0) } : nil
            case (.int8, .int8): ByteWeight(words: storage, kept.shape).map { .bytes($0) }
            case (.bf16, .bfloat16): BFloat16Weight(storage, kept.shape).map { .bfloat16($0) }
            default: nil
            }
        guard let form else { return nil }
        self.init(
            form, shape: kept.shape, precision: kept.numbers == .int8 || precision == .bf16 ? precision : .full,
            original)
    }
}

extension Tensor {
    /// A sum over all bits that tells where they stand: with one word changed it is another. It is made at the speed of
    /// memory, so that a gigabyte can be looked at whenever it is opened.
    package var bitSum: UInt64 {
        let blockWords = 1 << 16
        let blocks = (count + blockWords - 1) / blockWords
        var sums = [UInt64](repeating: 0, count: blocks)
        read { source in
            sums.withUnsafeMutableBufferPointer { sums in
                nonisolated(unsafe) let sums = sums
                ParallelRows.forEachDisjoint(WorkSplit(blocks, least: 4)) { range in
                    for block in range {
                        let first = block * blockWords
                        sums[block] = blockSum(
                            UnsafeRawPointer(source + first), words: min(blockWords, count - first))
                    }
                }
            }
        }
        return sums.reduce(UInt64(count)) { ($0 ^ $1) &* 0x9E37_79B9_7F4A_7C15 ^ $0 >> 29 }
    }
}

/// The sum of the words and the sum of these sums, in lanes of their own.
private func blockSum(_ source: UnsafeRawPointer, words: Int) -> UInt64 {
    var sum = SIMD16<UInt32>.zero
    var sumOfSums = SIMD16<UInt32>.zero
    var word = 0
    while word + 16 <= words {
        sum &+= source.loadUnaligned(fromByteOffset: 4 * word, as: SIMD16<UInt32>.self)
        sumOfSums &+= sum
        word += 16
    }
    while word < words {
        sum[word % 16] &+= source.loadUnaligned(fromByteOffset: 4 * word, as: UInt32.self)
        word += 1
    }
    sumOfSums &+= sum
    var result: UInt64 = 0
    for lane in 0..<16 {
        result = (result ^ UInt64(sum[lane])) &* 0xFF51_AFD7_ED55_8CCD
        result = (result ^ result >> 33 ^ UInt64(sumOfSums[lane])) &* 0xC4CE_B9FE_1A85_EC53
    }
    return result
}
