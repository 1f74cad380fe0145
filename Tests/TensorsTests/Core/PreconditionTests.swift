import Tensors
import Testing

/// Mistakes of the calling program end it, and say which operation got what.
@Suite struct PreconditionTests {
    @Test("a linear layer of the wrong depth stops with both shapes")
    func linear() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor(zeros: [2, 3]).linear(weight: Tensor(zeros: [4, 5]))
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("linear: shape [2, 3] times weight [4, 5]"))
    }

    @Test("shapes that do not broadcast stop with both shapes")
    func broadcasting() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor(zeros: [2, 3]) + Tensor(zeros: [4])
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("shapes [2, 3] and [4] do not broadcast"))
    }

    @Test("an axis that is not there, a count that does not fit and an index outside stop")
    func others() async {
        await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2]).sum(axis: 1) }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3], shape: [2]) }
        await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [2, 2])[0, 2] }
        await #expect(processExitsWith: .failure) { _ = Tensor(zeros: [6]).reshaped(to: [4, -1]) }
    }

    @Test("a shape below zero and one that cannot be counted stop with the shape")
    func shapes() async {
        let negative = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor(zeros: [2, -3])
        }
        let negativeText = String(decoding: negative?.standardErrorContent ?? [], as: UTF8.self)
        #expect(negativeText.contains("Vitrine: a shape has no negative dimension: [2, -3]\n"))
        let uncountable = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Tensor(zeros: [1 << 40, 1 << 40])
        }
        let uncountableText = String(decoding: uncountable?.standardErrorContent ?? [], as: UTF8.self)
        #expect(
            uncountableText.contains(
                "a tensor of shape [1099511627776, 1099511627776] has more elements than can be counted"))
    }

    @Test("a number of threads that no machine has is refused, and nothing is changed")
    func threads() throws {
        let before = ComputeThreads.count
        for count in [0, -1, 1025, .max] {
            #expect(throws: ThreadCountError.outOfRange(count)) { try ComputeThreads.set(count) }
        }
        #expect(ComputeThreads.count == before)
        #expect("\(ThreadCountError.outOfRange(0))" == "0 threads are asked for: choose from 1 to 1024")
    }
}
