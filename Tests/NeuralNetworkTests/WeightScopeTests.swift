import NeuralNetwork
import Tensors
import TestSupport
import Testing

@Suite("asking for weights")
struct WeightScopeTests {
    private struct Model {
        var first: Linear
        var blocks: [LayerNorm]

        init(_ scope: WeightScope) {
            first = Linear(scope.child("first"), in: 3, out: 2)
            blocks = (0..<2).map { LayerNorm(scope.child("blocks").child($0), width: 2) }
        }
    }

    private static let complete: [(name: String, shape: Shape)] = [
        ("first.weight", [2, 3]), ("first.bias", [2]), ("blocks.0.weight", [2]), ("blocks.0.bias", [2]),
        ("blocks.1.weight", [2]), ("blocks.1.bias", [2]),
    ]

    private func error(_ entries: [(name: String, shape: Shape)]) -> WeightError? {
        do {
            _ = try WeightScope.load(from: GeneratedWeights(entries), Model.init)
            return nil
        } catch {
            return error
        }
    }

    @Test("a model gets the tensors of its own names")
    func complete() throws {
        let model = try WeightScope.load(from: GeneratedWeights(Self.complete), Model.init)
        #expect(model.first.weight.shape == [2, 3])
        #expect(model.first.bias?.values == GeneratedWeights.tensor("first.bias", shape: [2]).values)
        #expect(model.blocks[1].bias.values == GeneratedWeights.tensor("blocks.1.bias", shape: [2]).values)
    }

    @Test("missing, misshapen and extra tensors come back as one error, in this order")
    func allAtOnce() {
        var entries = Self.complete
        entries[0].shape = [3, 2]
        entries.remove(at: 3)
        entries += [("zebra", [1]), ("apple", [])]
        #expect(
            error(entries)?.problems == [
                .unexpectedShape(name: "first.weight", expected: [2, 3], found: [3, 2]),
                .missing(name: "blocks.0.bias", expected: [2]), .unexpected(name: "apple", found: []),
                .unexpected(name: "zebra", found: [1]),
            ])
    }

    @Test("ignored names may stand unread, and only they")
    func ignoring() throws {
        let entries = Self.complete + [("buffer", [4])]
        #expect(error(entries)?.problems == [.unexpected(name: "buffer", found: [4])])
        _ = try WeightScope.load(from: GeneratedWeights(entries), ignoring: { $0 == "buffer" }, Model.init)
    }

    @Test("a tensor that cannot be read is a problem of its own")
    func unreadable() {
        struct Broken: TensorSource {
            struct Failure: Error, CustomStringConvertible {
                var description: String { "the disk is gone" }
            }
            var names: [String] { ["weight"] }
            func shape(of name: String) -> Shape? { name == "weight" ? [1] : nil }
            func load(_ name: String) throws -> Tensor { throw Failure() }
        }
        #expect(throws: WeightError([.unreadable(name: "weight", reason: "the disk is gone")])) {
            _ = try WeightScope.load(from: Broken()) { $0.tensor("weight", shape: [1]) }
        }
    }

    @Test("a number that is infinite or none is refused where a layer reads it, and only there")
    func notFinite() throws {
        let entries = Self.complete + [("mask", [4])]
        for value in [Float.nan, .infinity, -.infinity] {
            let damaged = DamagedWeights(GeneratedWeights(entries), "blocks.1.bias", element: value)
            #expect(throws: WeightError([.notFinite(name: "blocks.1.bias", count: 1)])) {
                _ = try WeightScope.load(from: damaged, ignoring: { $0 == "mask" }, Model.init)
            }
            let buffer = DamagedWeights(GeneratedWeights(entries), "mask", element: value)
            _ = try WeightScope.load(from: buffer, ignoring: { $0 == "mask" }, Model.init)
        }
    }

    @Test("the sentence counts all differences and spells out the first five")
    func sentence() {
        let few = WeightError([
            .missing(name: "a.weight", expected: [2, 3]), .unexpectedShape(name: "b", expected: [1], found: [2]),
        ])
        #expect(
            "\(few)"
                == "the weights do not fit the model (1 missing, 1 of another shape): 'a.weight' [2, 3] is missing; "
                + "'b' is [2] instead of [1]")
        #expect(
            "\(WeightError([.notFinite(name: "a", count: 1), .notFinite(name: "b", count: 2)]))"
                == "the weights cannot be used (2 not finite): 'a' holds 1 number that is infinite or none; "
                + "'b' holds 2 numbers that are infinite or none; get them again, or convert them anew")
        #expect(
            "\(WeightError([.missing(name: "a", expected: [1]), .notFinite(name: "b", count: 1)]))"
                == "the weights do not fit the model (1 missing, 1 not finite): 'a' [1] is missing; "
                + "'b' holds 1 number that is infinite or none")
        let many = WeightError((0..<7).map { .unexpected(name: "x\($0)\u{7}", found: [1]) })
        #expect(
            "\(many)" == "the weights do not fit the model (7 not expected): "
                + (0..<5).map { "'x\($0)\\u{7}' [1] belongs to no part of the model" }.joined(separator: "; ")
                + "; and 2 more")
    }
}
