import Synchronization
import Tensors
import Testing

@testable import AnomalySegmentation

@Suite("Text vectors")
struct PromptEnsembleTests {
    private static let expansion = PromptExpansion(
        object: "tile", normal: PromptTable.aprilGAN.sentences(for: "tile", .normal),
        abnormal: PromptTable.aprilGAN.sentences(for: "tile", .abnormal))

    private func ensemble(
        _ rule: TextPromptConfiguration.VectorRule = .normalizedEach,
        _ encode: @escaping ([String]) throws(AnomalySegmentationError) -> Tensor
    ) -> PromptEnsemble {
        PromptEnsemble(rule: rule, encode: encode)
    }

    @Test("means of unit vectors, or of the vectors as they are")
    func rules() {
        let rows = Tensor([3, 0, 0, 1], shape: [2, 2])
        let unit = PromptEnsemble.mean(of: rows, rule: .normalizedEach)?.values
        #expect(unit == [Float(0.5).squareRoot(), Float(0.5).squareRoot()])
        let raw = PromptEnsemble.mean(of: rows, rule: .rawMean)?.values
        #expect(raw == [Float(3 / 10.0.squareRoot()), Float(1 / 10.0.squareRoot())])
    }

    @Test("every sentence is encoded once, all at a time")
    func batches() throws {
        let sizes = Mutex<[Int]>([])
        let vectors = try ensemble { sentences in
            sizes.withLock { $0.append(sentences.count) }
            let rows = sentences.flatMap { $0.contains("damage") && !$0.contains("without") ? [Float(0), 2] : [1, 0] }
            return Tensor(rows, shape: [sentences.count, 2])
        }.vectors(of: Self.expansion)
        #expect(sizes.withLock { $0 } == [420])
        #expect(vectors.normal.values == [1, 0])
        // Two of five abnormal states hold the word: 3 parts along one axis, 2 along the other.
        let length = Float(13).squareRoot()
        #expect(abs(vectors.abnormal.values[0] - 3 / length) < 1e-6)
        #expect(abs(vectors.abnormal.values[1] - 2 / length) < 1e-6)
    }

    @Test("vectors without direction are refused", arguments: [Float(0), .nan, .infinity])
    func unusable(value: Float) {
        #expect(throws: AnomalySegmentationError.unusableTextVector(state: .normal)) {
            try ensemble { Tensor([Float](repeating: value, count: $0.count * 2), shape: [$0.count, 2]) }
                .vectors(of: Self.expansion)
        }
    }
}
