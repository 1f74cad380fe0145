import CLIP
import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import Introspection

@Suite("CLIP's image tower, looked into, against hooks on open_clip's modules")
struct TowerAnalysisTests {
    private let reference: ReferenceCLIP

    init() throws { reference = try ReferenceCLIP() }

    private var clip: CLIPModel { reference.clip }
    private var pixels: Tensor { reference.pixels }

    // MARK: Attention

    @Test("rollout by each way to join heads")
    func rollout() throws {
        let maps = try AttentionMaps(of: pixels, in: clip)
        for fusion in AttentionMaps.HeadFusion.allCases {
            let flow = maps.rollout(fusion)
            #expect(try ReferenceCLIP.error(flow, "rollout_\(fusion)") < 1e-5)
            for row in flow.sum(axis: -1).values { #expect(abs(row - 1) < 1e-5) }
        }
    }

    @Test("a head's map is the row of its weights, without the class token")
    func headMaps() throws {
        let maps = try AttentionMaps(of: pixels, in: clip)
        let name = "visual.transformer.resblocks.1.attn.weights"
        let weights = try #require(try clip.encodeImage(pixels, observing: [name])[name])
        let map = try maps.map(block: 1, head: 1, token: 7)
        #expect(map.shape == [4, 4])
        for patch in 0..<16 { #expect(abs(map[patch / 4, patch % 4] - weights[0, 1, 7, 1 + patch]) < 1e-6) }
        #expect(throws: IntrospectionError.noSuch(kind: .block, index: 3, last: 2)) { try maps.map(block: 3, head: 0) }
        #expect(throws: IntrospectionError.noSuch(kind: .head, index: -1, last: 1)) { try maps.map(block: 0, head: -1) }
        #expect(throws: IntrospectionError.noSuch(kind: .token, index: 17, last: 16)) {
            try maps.map(block: 0, head: 0, token: 17)
        }
        #expect(throws: IntrospectionError.self) { try maps.patches(of: Tensor(zeros: [16])) }
        #expect(throws: IntrospectionError.self) {
            try AttentionMaps(blocks: [weights.element(0)], grid: PatchGrid(rows: 3, columns: 4))
        }
    }

    @Test("an edited model is looked into in the same way")
    func edited() throws {
        let even: ActivationEdit = { Tensor(repeating: 1 / 17, shape: $0.shape) }
        let maps = try AttentionMaps(
            of: pixels, in: clip, editing: ["visual.transformer.resblocks.*.attn.weights": even])
        // (A + I) / 2 with equal A, three times: the identity's part is an eighth, the rest is even.
        let flow = maps.rollout()
        #expect(abs(flow[0, 1] - 7 / 8 / 17) < 1e-6 && abs(flow[0, 0] - (1 / 8 + 7 / 8 / 17)) < 1e-6)
    }

    // MARK: Patches

    @Test("similarities of patches are the cosines of their vectors")
    func patchSimilarity() throws {
        let name = "visual.transformer.resblocks.2"
        let tokens = try #require(try clip.encodeImage(pixels, observing: [name])[name])
        let found = try PatchSimilarity(of: pixels, in: clip, block: 2)
        func vector(_ patch: Int) -> [Double] { (0..<64).map { Double(tokens[0, 1 + patch, $0]) } }
        func product(_ left: [Double], _ right: [Double]) -> Double { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
        for first in 0..<16 {
            let map = try found.map(of: first)
            for second in 0..<16 {
                let (left, right) = (vector(first), vector(second))
                let cosine = product(left, right) / (product(left, left) * product(right, right)).squareRoot()
                #expect(abs(Double(map[second / 4, second % 4]) - cosine) < 1e-5)
            }
        }
        let all = try PatchSimilarity.behindBlocks(of: pixels, in: clip)
        #expect(all.count == 3 && compare(all[2].cosines, found.cosines).relative < 1e-5)
        #expect(compare(all[1].cosines, found.cosines).relative > 1e-2)
        #expect(throws: IntrospectionError.noSuch(kind: .block, index: 3, last: 2)) {
            try PatchSimilarity(of: pixels, in: clip, block: 3)
        }
        #expect(throws: IntrospectionError.noSuch(kind: .token, index: 16, last: 15)) { try found.map(of: 16) }
        #expect(throws: IntrospectionError.self) {
            try PatchSimilarity(Tensor(zeros: [15, 2]), grid: PatchGrid(rows: 4, columns: 4))
        }
    }

    // MARK: Logit lens

    @Test("each stage's tokens against texts")
    func logitLens() throws {
        let lens = try LogitLens(of: pixels, in: clip, texts: reference.texts)
        #expect(lens.similarities.shape == [4, 17, 3] && lens.stages == 4)
        #expect(try ReferenceCLIP.error(lens.similarities, "lens") < 1e-5)
        // The last stage's class token is the model's own answer.
        let answer = try clip.zeroShotProbabilities(images: try clip.encodeImage(pixels), texts: reference.texts)
        let last = try lens.classToken(of: lens.probabilities).element(3)
        #expect(compare(last.values, answer.values.map(Double.init)).absolute < 1e-5)
        let map = try lens.map(of: lens.similarities, stage: 2, text: 1)
        #expect(map.shape == [4, 4] && map[2, 3] == lens.similarities[2, 12, 1])
        #expect(throws: IntrospectionError.noSuch(kind: .stage, index: 4, last: 3)) {
            try lens.map(of: lens.similarities, stage: 4, text: 0)
        }
        for values in [Tensor(0), lens.similarities.element(0)] {
            #expect(throws: IntrospectionError.self) { try lens.classToken(of: values) }
            #expect(throws: IntrospectionError.self) { try lens.map(of: values, stage: 0, text: 0) }
        }
        #expect(throws: IntrospectionError.noSuch(kind: .text, index: 3, last: 2)) {
            try lens.map(of: lens.similarities, stage: 0, text: 3)
        }
    }

    // MARK: Contributions

    @Test("each part's share of the similarity, and all of them together are the similarity")
    func contributions() throws {
        let found = try DirectContributions(of: pixels, in: clip, texts: reference.texts)
        #expect(found.texts.count == 3 && found.logitScale == clip.logitScale)
        func parts(_ part: (DirectContributions.Block) -> [Float]) -> [Float] {
            (0..<3).flatMap { block in
                let texts = found.texts.map { part($0.blocks[block]) }
                return texts[0].indices.flatMap { index in texts.map { $0[index] } }
            }
        }
        for (name, values, shape) in [
            ("heads", parts(\.heads), [3, 2, 3]), ("attention_bias", parts { [$0.attentionBias] }, [3, 3]),
            ("feed_forward", parts { [$0.feedForward] }, [3, 3]), ("embedding", found.texts.map(\.embedding), [3]),
            ("norm_bias", found.texts.map(\.normBias), [3]), ("similarity", found.texts.map(\.similarity), [3]),
        ] as [(String, [Float], [Int])] {
            #expect(try ReferenceCLIP.error(Tensor(values, shape: Shape(shape)), name) < 1e-5, "\(name)")
        }
        for text in found.texts { #expect(abs(text.sum - text.similarity) < 1e-5) }
    }

    @Test("parts of an edited model sum to its own similarity, and a silenced head has no share")
    func editedContributions() throws {
        let silent: ActivationEdit = { heads in heads * Tensor([1, 0], shape: [1, 2, 1, 1]) }
        let edits = ["visual.transformer.resblocks.1.attn.contributions": silent]
        let found = try DirectContributions(of: pixels, in: clip, texts: reference.texts, editing: edits)
        let vector = try clip.encodeImage(pixels, observing: [], editing: edits).output.l2Normalized()
        let cosines = vector.matrixProduct(reference.texts.l2Normalized(), transposingOther: true).values
        for (text, cosine) in zip(found.texts, cosines) {
            #expect(abs(text.sum - cosine) < 1e-5 && text.blocks[1].heads[1] == 0 && text.blocks[1].heads[0] != 0)
        }
    }

    // MARK: Errors

    @Test("pictures and texts that do not fit are refused by every analysis")
    func refused() throws {
        let two = GeneratedWeights.input([2, 3, 32, 32])
        let odd = Tensor(zeros: [1, 3, 30, 32])
        let runs: [(Tensor, Tensor) throws -> Void] = [
            { pixels, _ in _ = try AttentionMaps(of: pixels, in: clip) },
            { pixels, _ in _ = try PatchSimilarity(of: pixels, in: clip, block: 0) },
            { pixels, texts in _ = try LogitLens(of: pixels, in: clip, texts: texts) },
            { pixels, texts in _ = try DirectContributions(of: pixels, in: clip, texts: texts) },
        ]
        for run in runs {
            #expect(throws: IntrospectionError.notOnePicture(found: 2)) { try run(two, reference.texts) }
            #expect(throws: IntrospectionError.clip(.unusablePixels(dimensions: [1, 3, 30, 32], patch: 8))) {
                try run(odd, reference.texts)
            }
        }
        for texts in [Tensor(zeros: [0, 24]), Tensor(zeros: [3, 23]), Tensor(zeros: [24])] {
            for run in runs.suffix(2) {
                #expect(throws: IntrospectionError.unexpectedTexts(found: texts.shape, embedding: 24)) {
                    try run(pixels, texts)
                }
            }
        }
        let error = #expect(throws: IntrospectionError.self) {
            try AttentionMaps(of: pixels, in: clip, editing: ["visual.none": { $0 }])
        }
        guard case .clip(.activation(.unknownName("visual.none", _)))? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
