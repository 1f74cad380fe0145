import Tensors
import Testing

/// Mistakes of the caller end the program, and say which operation got what.
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
}
