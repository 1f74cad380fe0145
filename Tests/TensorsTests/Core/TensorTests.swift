import Tensors
import TestSupport
import Testing

@Suite struct TensorTests {
    @Test("a copy shares memory until one side is written, and then the other keeps its values")
    func copyOnWrite() {
        let original = Tensor([1, 2, 3, 4], shape: [2, 2])
        var copy = original
        #expect(address(original) == address(copy))
        copy[0, 1] = 9
        #expect(original.values == [1, 2, 3, 4])
        #expect(copy.values == [1, 9, 3, 4])
        #expect(address(original) != address(copy))
    }

    @Test("a tensor that is alone is written in place")
    func uniqueWrite() {
        var tensor = Tensor([1, 2, 3], shape: [3])
        let before = address(tensor)
        tensor[2] = 5
        tensor += 1
        #expect(address(tensor) == before)
        #expect(tensor.values == [2, 3, 6])
    }

    @Test("slices share memory, and writing one leaves the whole alone")
    func slices() {
        let whole = Tensor((0..<12).map(Float.init), shape: [3, 4])
        var part = whole.slice(1..<3)
        #expect(part.shape == [2, 4] && part[0, 0] == 4)
        #expect(whole.element(2).values == [8, 9, 10, 11])
        part[0, 0] = 100
        #expect(whole[1, 0] == 4 && part[0, 0] == 100)
    }

    @Test("borrowed memory is read in place, never written, and its owner lives as long as a tensor over it")
    func borrowed() {
        final class Owner {
            let memory = UnsafeMutablePointer<Float>.allocate(capacity: 4)
            let released: () -> Void
            init(_ released: @escaping () -> Void) {
                self.released = released
                memory.initialize(repeating: 3, count: 4)
            }
            deinit {
                memory.deallocate()
                released()
            }
        }
        nonisolated(unsafe) var isReleased = false
        var tensor: Tensor?
        do {
            let owner = Owner { isReleased = true }
            tensor = Tensor(borrowing: owner.memory, shape: [4], owner: owner)
            tensor?[0] = 7
            #expect(owner.memory[0] == 3, "the owner's memory is not written")
            tensor = Tensor(borrowing: owner.memory, shape: [4], owner: owner)
            #expect(tensor.map(address) == UInt(bitPattern: owner.memory))
        }
        #expect(!isReleased)
        #expect(tensor?.sum().values == [12])
        tensor = nil
        #expect(isReleased)
    }

    @Test("memory starts at a cache line, small or large", arguments: [0, 1, 100, 70_000, 3_000_000])
    func alignment(_ count: Int) {
        #expect(address(Tensor(zeros: [count])) % 64 == 0)
    }

    @Test("memory used again after a release holds what the new tensor wrote")
    func recycling() {
        for round in 0..<4 {
            let tensor = Tensor(repeating: Float(round), shape: [300_000])
            #expect(tensor[0] == Float(round) && tensor[299_999] == Float(round))
        }
    }

    private func address(_ tensor: Tensor) -> UInt {
        tensor.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }
}
