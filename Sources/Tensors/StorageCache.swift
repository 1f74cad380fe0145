#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Large blocks of released tensor memory, kept for the next tensor of about the same size.
///
/// A fresh block of many megabytes comes from the system page by page, each page faulting at its first write; for the
/// activations of a large image that costs as much as the arithmetic on them. The layers of a network ask for the same
/// few sizes again and again.
final class StorageCache: @unchecked Sendable {
    // Unchecked: `blocks` and `bytes` are touched with `mutex` held.
    static let shared = StorageCache()

    /// Blocks below this are left to the allocator, which recycles them itself.
    static let smallestBytes = 256 << 10
    /// What is kept in all; the oldest go first.
    static let mostBytes = 160 << 20

    private static let hugePageBytes = 2 << 20

    private var blocks: [(base: UnsafeMutableRawPointer, bytes: Int)] = []
    private var bytes = 0
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    private init() { pthread_mutex_init(mutex, nil) }

    /// A block of at least `wanted` bytes and its true size.
    func take(_ wanted: Int) -> (base: UnsafeMutableRawPointer, bytes: Int) {
        if wanted >= StorageCache.smallestBytes {
            pthread_mutex_lock(mutex)
            // The newest that fits without wasting more than a quarter: it is the likeliest to be in cache.
            let place = blocks.lastIndex { $0.bytes >= wanted && $0.bytes <= wanted + wanted / 4 }
            if let place {
                let block = blocks.remove(at: place)
                bytes -= block.bytes
                pthread_mutex_unlock(mutex)
                return block
            }
            pthread_mutex_unlock(mutex)
        }
        let size = max(wanted, 1)
        #if os(Linux)
            if size >= 2 * StorageCache.hugePageBytes {
                let base = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: StorageCache.hugePageBytes)
                // Only a wish: where it is refused the block is as good as any other.
                madvise(base, size, Int32(MADV_HUGEPAGE))
                return (base, size)
            }
        #endif
        return (.allocate(byteCount: size, alignment: TensorStorage.alignment), size)
    }

    /// Gives everything that is kept back to the system. For the end of a piece of work whose sizes will not come again.
    func clear() {
        pthread_mutex_lock(mutex)
        let released = blocks
        blocks = []
        bytes = 0
        pthread_mutex_unlock(mutex)
        for block in released { block.base.deallocate() }
    }

    func give(_ base: UnsafeMutableRawPointer, _ size: Int) {
        if size < StorageCache.smallestBytes || size > StorageCache.mostBytes {
            base.deallocate()
            return
        }
        var released: [UnsafeMutableRawPointer] = []
        pthread_mutex_lock(mutex)
        blocks.append((base, size))
        bytes += size
        while bytes > StorageCache.mostBytes {
            let oldest = blocks.removeFirst()
            bytes -= oldest.bytes
            released.append(oldest.base)
        }
        pthread_mutex_unlock(mutex)
        for base in released { base.deallocate() }
    }
}

/// Memory of released tensors, kept for tensors to come.
package enum SpareMemory {
    /// Gives it back to the system, as after reading a model, whose sizes will not come again.
    package static func release() { StorageCache.shared.clear() }
}
