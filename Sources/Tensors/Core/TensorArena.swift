#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The memory of large tensors: one range of addresses, in which new tensors reuse the memory of released ones.
///
/// The system hands out a fresh block page by page, with a page fault at the first write to each. For the activations
/// of a large image, these faults cost as much as the arithmetic. Here the results of a layer go where those of an
/// earlier layer were, whatever their sizes. A tensor takes the first gap that is large enough, and neighbouring gaps
/// become one. Gaps keep up to `mostKept` bytes of memory in all. Beyond that, the last gaps give theirs back to the
/// system.
final class TensorArena: @unchecked Sendable {
    // Unchecked: everything that changes is touched with `mutex` held.
    static let shared = TensorArena(capacity: capacity(within: AddressSpace()), mostKept: 256 << 20)

    /// Smaller blocks come from the allocator, which reuses them itself.
    static let smallestBytes = 64 << 10

    private static let pageBytes = 4096
    /// Memory is counted and given back in chunks of the size of a huge page.
    private static let chunkBytes = 2 << 20

    private let base: UnsafeMutableRawPointer?
    private let capacity: Int
    private let mostKept: Int
    /// The ranges of bytes that no tensor uses, in order; no two are adjacent.
    private var gaps: [Range<Int>]
    private var liveBytes = 0
    /// Whether the system may have given memory to a chunk.
    private var isHeld: [Bool]
    private var heldChunks = 0
    /// No chunk from here on was ever held, so that nearly all of the range needs no search.
    private var untouchedChunk = 0
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    /// The addresses to reserve. Where they are limited, all other memory of the process needs some, too: files, stacks,
    /// pictures. What does not fit here then, the allocator gives.
    static func capacity(within addresses: AddressSpace) -> Int {
        guard let limit = addresses.limitBytes else { return 64 << 30 }
        return min(64 << 30, max(0, limit - addresses.usedBytes) / 4)
    }

    /// - Parameters:
    ///   - capacity: addresses to ask for, which cost nothing. Half as many, and so on, if the system refuses.
    ///   - mostKept: bytes of memory that gaps keep.
    init(capacity: Int, mostKept: Int) {
        var bytes = capacity / TensorArena.chunkBytes * TensorArena.chunkBytes
        var found: UnsafeMutableRawPointer?
        while found == nil && bytes >= TensorArena.chunkBytes {
            found = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
            if found == MAP_FAILED {
                found = nil
                bytes = bytes / 2 / TensorArena.chunkBytes * TensorArena.chunkBytes
            }
        }
        base = found
        self.capacity = found == nil ? 0 : bytes
        self.mostKept = mostKept
        gaps = found == nil ? [] : [0..<bytes]
        isHeld = Array(repeating: false, count: self.capacity / TensorArena.chunkBytes)
        pthread_mutex_init(mutex, nil)
        #if os(Linux)
            // If the system refuses huge pages, small ones do.
            if let found { madvise(found, bytes, Int32(MADV_HUGEPAGE)) }
        #endif
    }

    deinit {
        if let base { munmap(base, capacity) }
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// A block of at least `wanted` bytes and its true size, aligned to 64 bytes.
    func take(_ wanted: Int) -> (base: UnsafeMutableRawPointer, bytes: Int) {
        if wanted >= TensorArena.smallestBytes, let base {
            let bytes = (wanted + TensorArena.pageBytes - 1) / TensorArena.pageBytes * TensorArena.pageBytes
            pthread_mutex_lock(mutex)
            let place = claim(bytes)
            pthread_mutex_unlock(mutex)
            if let place { return (base + place, bytes) }
        }
        let bytes = max(wanted, 1)
        return (.allocate(byteCount: bytes, alignment: TensorStorage.alignment), bytes)
    }

    /// Takes a block back.
    func give(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
        guard let base, block >= base, block < base + capacity else {
            block.deallocate()
            return
        }
        pthread_mutex_lock(mutex)
        release(block - base..<block - base + bytes)
        giveBack(beyond: mostKept)
        pthread_mutex_unlock(mutex)
    }

    /// Gives the memory of all gaps back to the system. For the end of a piece of work whose sizes will not come again.
    func clear() {
        pthread_mutex_lock(mutex)
        giveBack(beyond: 0)
        pthread_mutex_unlock(mutex)
    }

    /// Bytes of memory that gaps keep, counted in whole chunks.
    var keptBytes: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return heldChunks * TensorArena.chunkBytes - liveBytes
    }

    // MARK: With the mutex held

    /// Takes the front of the first gap that is large enough.
    private func claim(_ bytes: Int) -> Int? {
        guard let index = gaps.firstIndex(where: { $0.count >= bytes }) else { return nil }
        let place = gaps[index].lowerBound
        if gaps[index].count == bytes {
            gaps.remove(at: index)
        } else {
            gaps[index] = place + bytes..<gaps[index].upperBound
        }
        liveBytes += bytes
        let chunks = place / TensorArena.chunkBytes...(place + bytes - 1) / TensorArena.chunkBytes
        for chunk in chunks where !isHeld[chunk] {
            isHeld[chunk] = true
            heldChunks += 1
        }
        untouchedChunk = max(untouchedChunk, chunks.upperBound + 1)
        return place
    }

    /// Makes a range a gap again and joins it with the gaps beside it.
    private func release(_ range: Range<Int>) {
        liveBytes -= range.count
        var index = gaps.firstIndex { $0.lowerBound >= range.upperBound } ?? gaps.count
        var gap = range
        if index < gaps.count && gaps[index].lowerBound == gap.upperBound {
            gap = gap.lowerBound..<gaps[index].upperBound
            gaps.remove(at: index)
        }
        if index > 0 && gaps[index - 1].upperBound == gap.lowerBound {
            index -= 1
            gap = gaps[index].lowerBound..<gap.upperBound
            gaps.remove(at: index)
        }
        gaps.insert(gap, at: index)
    }

    /// Gives whole chunks of gaps back to the system, from the end, until the gaps keep at most `most` bytes.
    private func giveBack(beyond most: Int) {
        guard let base else { return }
        var excess = heldChunks * TensorArena.chunkBytes - liveBytes - most
        for gap in gaps.reversed() {
            if excess <= 0 { return }
            let first = (gap.lowerBound + TensorArena.chunkBytes - 1) / TensorArena.chunkBytes
            var chunk = min(gap.upperBound / TensorArena.chunkBytes, untouchedChunk)
            while chunk > first && excess > 0 {
                chunk -= 1
                if isHeld[chunk] {
                    madvise(base + chunk * TensorArena.chunkBytes, TensorArena.chunkBytes, Int32(MADV_DONTNEED))
                    isHeld[chunk] = false
                    heldChunks -= 1
                    excess -= TensorArena.chunkBytes
                }
            }
        }
    }
}

/// Memory of released tensors, kept for tensors to come.
package enum SpareMemory {
    /// Gives it back to the system, as after reading a model, whose sizes will not come again.
    package static func release() { TensorArena.shared.clear() }
}
