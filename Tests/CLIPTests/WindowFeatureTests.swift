import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import CLIP

@Suite("windows, and texts given as vectors")
struct WindowFeatureTests {
    private static let pixels = GeneratedWeights.input([1, 3, 24, 40])

    @Test("a window of all patches is the picture, and one patch is a tower of two tokens")
    func windows() throws {
        let model = try ReferenceModel.model(ReferenceModel.configuration(.gelu))
        let square = GeneratedWeights.input([1, 3, 32, 32])
        let whole = try model.windowFeatures(square, sides: [4])
        #expect(whole.scales[0].windows.shape == [1, 24])
        #expect(isIdentical(whole.scales[0].windows.element(0), whole.classToken))
        #expect(compare(whole.classToken, try model.encodeImage(square).element(0)).relative < 1e-6)
        let features = try model.windowFeatures(Self.pixels, sides: [3, 1, 2])
        #expect((features.gridHeight, features.gridWidth) == (3, 5))
        #expect(features.scales.map(\.side) == [3, 1, 2])
        #expect(features.scales.map(\.windows.shape) == [[3, 24], [15, 24], [8, 24]])
        let (placed, _, _) = model.imageTower.placedTokens(Self.pixels)
        // The second row's fourth patch.
        let pair = placed.element(0).gathered(rows: [0, 1 + 5 + 3]).expanded(axis: 0)
        #expect(
            compare(features.scales[1].windows.element(8), model.imageTower.classVectors(pair, .uncancelled).element(0))
                .relative
                < 1e-6)
    }

    @Test("windows larger than the picture, and several pictures, are refused")
    func refused() throws {
        let model = try ReferenceModel.model(ReferenceModel.configuration(.gelu))
        for side in [0, -1, 4] {
            let error = #expect(throws: CLIPError.noSuchWindow(side, gridHeight: 3, gridWidth: 5)) {
                try model.windowFeatures(Self.pixels, sides: [2, side])
            }
            #expect(
                error?.description
                    == "there is no window of \(side) x \(side) patches in a picture of 3 x 5: choose from 1 to 3")
        }
        #expect(throws: CLIPError.unusablePixels(dimensions: [2, 3, 32, 32], patch: 8)) {
            try model.windowFeatures(Tensor(zeros: [2, 3, 32, 32]), sides: [1])
        }
    }

    @Test("the vectors of a text's tokens give the text's vector, whatever comes behind its end")
    func textVectors() throws {
        let model = try ReferenceModel.model(ReferenceModel.configuration(.gelu))
        let texts = ReferenceModel.texts
        let length = 14
        let padded = texts.flatMap { $0 + Array(repeating: 3, count: length - $0.count) }
        let vectors = model.textTower.tokenEmbedding(padded).reshaped(to: [texts.count, length, 32])
        let found = try model.encodeText(vectors: vectors, ends: texts.map { $0.count - 1 })
        #expect(try compare(found, model.encode(tokens: texts)).relative < 1e-6)
    }

    @Test("deep prompts replace the tokens behind the first")
    func deepPrompts() throws {
        let model = try ReferenceModel.model(ReferenceModel.configuration(.gelu))
        let vectors = GeneratedWeights.input([2, 6, 32])
        let prompts = GeneratedWeights.input([2, 32], name: "prompts")
        let found = try model.encodeText(vectors: vectors, ends: [5, 4], deepPrompts: [prompts])
        let tower = model.textTower
        var tokens = tower.blocks[0](vectors + tower.positions.slice(0..<6), mask: .causal)
        tokens = .stacked(
            (0..<2).map { text in
                .concatenated(
                    [tokens.element(text).slice(0..<1), prompts, tokens.element(text).slice(3..<6)], axis: 0)
            })
        tokens = tower.blocks[1](tokens, mask: .causal)
        let rows = Tensor.stacked([tokens.element(0).element(5), tokens.element(1).element(4)])
        #expect(compare(found, tower.projection(rows)).relative < 1e-6)
    }

    @Test("vectors of another shape are refused")
    func refusedVectors() throws {
        let model = try ReferenceModel.model(ReferenceModel.configuration(.gelu))
        func refusal(_ shape: Shape, _ ends: [Int], deep: [Shape] = []) -> String? {
            let error = #expect(throws: CLIPError.self) {
                try model.encodeText(
                    vectors: Tensor(zeros: shape), ends: ends, deepPrompts: deep.map { Tensor(zeros: $0) })
            }
            guard case .unusableTextVectors(let name, _, _) = error else { return nil }
            return name
        }
        for (shape, ends) in [
            ([2, 6], [1, 1]), ([1, 17, 32], [1]), ([1, 6, 24], [1]), ([0, 6, 32], []), ([1, 0, 32], [0]),
            ([2, 6, 32], [1]), ([1, 6, 32], [6]), ([1, 6, 32], [-1]),
        ] as [([Int], [Int])] {
            #expect(refusal(Shape(shape), ends) == "vectors", "\(shape)")
        }
        #expect(refusal([1, 6, 32], [3], deep: [[4, 32]]) == "deepPrompts[0]")
        #expect(refusal([1, 6, 32], [5], deep: [[4, 24]]) == "deepPrompts[0]")
        #expect(refusal([1, 6, 32], [5], deep: [[4, 32], [4, 32]]) == "deepPrompts[1]")
    }

    @Test("another rule for positions gives what loading with that rule gives", arguments: PositionResampling.allCases)
    func positions(rule: PositionResampling) throws {
        var configuration = ReferenceModel.configuration(.gelu)
        let changed = try ReferenceModel.model(configuration).resamplingPositions(rule)
        configuration.positionResampling = rule
        let loaded = try ReferenceModel.model(configuration)
        #expect(changed.configuration == loaded.configuration)
        #expect(isIdentical(try changed.encodeImage(Self.pixels), try loaded.encodeImage(Self.pixels)))
    }
}
