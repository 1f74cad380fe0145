/// The memory of tensors: the only place that allocates it.
///
/// Own memory is aligned to 64 bytes, a cache line and the widest vector. Borrowed memory belongs to `owner` (a mapped
/// file, say) and is never written.
final class TensorStorage: @unchecked Sendable {
    // Unchecked, because the compiler cannot see the rule that makes it safe: memory is written only through a tensor
    // that holds the one reference to it, or before the first tensor over it exists.
    let base: UnsafeMutablePointer<Float>
    let count: Int
    private let owner: AnyObject?
    private let allocatedBytes: Int

    static let alignment = 64

    var isBorrowed: Bool { owner != nil }

    /// Who can bring borrowed memory back, if anybody.
    var pageOwner: (any PageOwner)? { owner as? any PageOwner }

    init(uninitialized count: Int) {
        require(count <= Int.max / 16, "a tensor of \(count) elements fits into no memory")
        self.count = count
        owner = nil
        let block = TensorArena.shared.take(count * MemoryLayout<Float>.stride)
        allocatedBytes = block.bytes
        base = block.base.bindMemory(to: Float.self, capacity: max(count, 1))
    }

    init(borrowing pointer: UnsafePointer<Float>, count: Int, owner: AnyObject) {
        base = UnsafeMutablePointer(mutating: pointer)
        self.count = count
        allocatedBytes = 0
        self.owner = owner
    }

    deinit {
        if owner == nil { TensorArena.shared.give(base, allocatedBytes) }
    }
}
