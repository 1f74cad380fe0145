import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite("memory of SAM")
struct MemoryTests {
    @Test("the image encoder of ViT-B takes its weights and at most 300 MB")
    func vitB() async {
        // In a process of its own: the peak is the process's.
        await #expect(processExitsWith: .success) {
            let entries = samWeightShapes(.vitB)
            let weights =
                4 * entries.filter { $0.name.hasPrefix("image_encoder.") }.reduce(0) { $0 + $1.shape.elementCount }
            precondition(weights > 350_000_000)
            guard let before = ProcessMemory.resident else { return }
            let model = try SAMModel(configuration: .vitB, weights: ZeroWeights(entries))
            for _ in 0..<2 { _ = try model.encode(Tensor(zeros: [3, 1024, 1024])) }
            let taken = (ProcessMemory.peak ?? .max) - before
            precondition(taken <= weights + 300_000_000, "\(taken) bytes for \(weights) bytes of weights")
        }
    }
}
