import TestSupport
import Testing

@testable import Tensors

@Suite("where large tensors live")
struct TensorArenaTests {
    private static let page = 4096
    private static let size = TensorArena.smallestBytes

    @Test("released neighbours are one gap, and the first gap that is large enough is taken")
    func gaps() {
        let arena = TensorArena(capacity: 8 << 20, mostKept: 8 << 20)
        let blocks = (0..<4).map { _ in arena.take(Self.size) }
        for (left, right) in zip(blocks, blocks.dropFirst()) { #expect(left.base + left.bytes == right.base) }
        // In either order of releasing.
        for order in [[0, 1], [1, 0]] {
            for index in order { arena.give(blocks[index].base, blocks[index].bytes) }
            let both = arena.take(2 * Self.size)
            #expect(both.base == blocks[0].base && both.bytes == 2 * Self.size)
            arena.give(both.base, both.bytes)
            for index in 0..<2 { #expect(arena.take(Self.size).base == blocks[index].base) }
        }
        // A gap that is too small is passed over.
        arena.give(blocks[1].base, blocks[1].bytes)
        #expect(arena.take(Self.size + 1).base == blocks[3].base + blocks[3].bytes)
        #expect(arena.take(Self.size).base == blocks[1].base)
    }

    @Test("blocks of random sizes never overlap, and nothing that was written is lost")
    func disjoint() {
        let arena = TensorArena(capacity: 32 << 20, mostKept: 4 << 20)
        var random = SeededGenerator(seed: 131)
        var live: [(base: UnsafeMutableRawPointer, bytes: Int, mark: Int)] = []
        for mark in 0..<2000 {
            if live.count > 8 || (!live.isEmpty && Bool.random(using: &random)) {
                let block = live.remove(at: Int.random(in: 0..<live.count, using: &random))
                for offset in [0, block.bytes - MemoryLayout<Int>.stride] {
                    #expect(block.base.loadUnaligned(fromByteOffset: offset, as: Int.self) == block.mark)
                }
                arena.give(block.base, block.bytes)
            } else {
                let wanted = Int.random(in: 1...3 << 20, using: &random)
                let block = arena.take(wanted)
                #expect(block.bytes >= wanted && Int(bitPattern: block.base) % TensorStorage.alignment == 0)
                let bytes = max(block.bytes, MemoryLayout<Int>.stride)
                if block.bytes < bytes { arena.give(block.base, block.bytes); continue }
                for offset in [0, block.bytes - MemoryLayout<Int>.stride] {
                    block.base.storeBytes(of: mark, toByteOffset: offset, as: Int.self)
                }
                live.append((block.base, block.bytes, mark))
            }
        }
        for block in live { arena.give(block.base, block.bytes) }
    }

    @Test("gaps keep no more memory than they may, and none after clearing")
    func limits() {
        let (arena, most) = (TensorArena(capacity: 64 << 20, mostKept: 8 << 20), 8 << 20)
        let blocks = (0..<5).map { _ in arena.take(6 << 20) }
        for block in blocks {
            arena.give(block.base, block.bytes)
            #expect(arena.keptBytes <= most)
        }
        #expect(arena.keptBytes > 0)
        // A memory that was given back is there again.
        let again = arena.take(30 << 20)
        again.base.storeBytes(of: 7, toByteOffset: (30 << 20) - 8, as: Int.self)
        #expect(again.base.loadUnaligned(fromByteOffset: (30 << 20) - 8, as: Int.self) == 7)
        arena.give(again.base, again.bytes)
        arena.clear()
        #expect(arena.keptBytes == 0)
    }

    @Test("where the stretch is full, or there is none, blocks come from elsewhere")
    func exhausted() {
        for capacity in [0, 2 << 20] {
            let arena = TensorArena(capacity: capacity, mostKept: 0)
            let blocks = (0..<3).map { _ in arena.take(2 << 20) }
            for (index, block) in blocks.enumerated() {
                block.base.storeBytes(of: index, as: Int.self)
                #expect(block.bytes >= 2 << 20)
            }
            for (index, block) in blocks.enumerated() {
                #expect(block.base.loadUnaligned(as: Int.self) == index)
                arena.give(block.base, block.bytes)
            }
        }
    }
}
