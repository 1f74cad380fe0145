import Tensors
import TestSupport
import Testing

@testable import CLIP

@Suite("memory of CLIP")
struct MemoryTests {
    @Test("the image tower of ViT-L/14@336 takes its weights and at most 150 MB")
    func large() async {
        // In a process of its own: the peak is the process's.
        await #expect(processExitsWith: .success) {
            let entries = try PublishedShapes().entries["large14At336"] ?? []
            let weights = 4 * entries.filter { $0.name.hasPrefix("visual.") }.reduce(0) { $0 + $1.shape.elementCount }
            precondition(weights > 1_200_000_000)
            guard let before = ProcessMemory.resident else { return }
            let model = try CLIPModel(
                configuration: .large14At336, weights: ZeroWeights(entries),
                tokenizer: CLIPTokenizer(vocabulary: ReferenceModel.vocabulary(count: 49_408)))
            // Zeros give a vector without a direction, which is refused after all of the work.
            for _ in 0..<2 { _ = try? model.encodeImage(Tensor(zeros: [1, 3, 336, 336])) }
            let taken = (ProcessMemory.peak ?? .max) - before
            precondition(taken <= weights + 150_000_000, "\(taken) bytes for \(weights) bytes of weights")
        }
    }
}
