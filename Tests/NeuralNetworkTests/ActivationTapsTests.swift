import Tensors
import Testing

@testable import NeuralNetwork

@Suite("activations by name")
struct ActivationTapsTests {
    @Test(
        "a star stands for any text, dots included",
        arguments: [
            ("a.b", "a.b", true), ("a.b", "a.bc", false), ("*", "a.b", true), ("a.*.c", "a.b.c", true),
            ("a.*.c", "a.b.b.c", true), ("a.*.c", "a.c", false), ("*.c", "a.b.c", true), ("a*", "ba", false),
            ("a*a", "a", false), ("*b*b*", "abcb", true), ("*b*b*", "abc", false), ("", "", true), ("", "a", false),
        ])
    func patterns(pattern: String, name: String, matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }

    @Test("the nearest names need the fewest changes, and a forgotten start counts for nothing")
    func nearest() {
        let names = ["tower.blocks.0.attn", "tower.blocks.1.attn", "tower.blocks.1.mlp", "tower"]
        #expect(NamePattern("tower.blocks.1.atn").nearest(of: names, most: 1) == ["tower.blocks.1.attn"])
        #expect(NamePattern("0.atn").nearest(of: names, most: 1) == ["tower.blocks.0.attn"])
        #expect(NamePattern("*.mpl").nearest(of: names, most: 1) == ["tower.blocks.1.mlp"])
        #expect(NamePattern("blocks.1").nearest(of: names) == [names[1], names[2], names[0]])
    }

    private let listed = [NamedShape("a.b", [2]), NamedShape("a", [2]), NamedShape("c.d", [2])]

    @Test("what is asked for is kept, and edits replace it")
    func observing() throws {
        let found = try ActivationTaps.observe(["a*"], of: listed, editing: ["a.b": { $0 * 2 }]) { taps in
            #expect(taps.asks("a") && !taps.asks("c.d") && taps.child("a").asksBelow() && !taps.asksBelow("c"))
            let inner = taps.child("a")("b", Tensor([1, 2], shape: [2]))
            return taps("c.d", taps.child("a")("", inner + 1))
        }
        #expect(found.output.values == [3, 5])
        #expect(found.activations.mapValues(\.values) == ["a.b": [2, 4], "a": [3, 5]])
        #expect(found["c.d"] == nil)
    }

    @Test("an edit of another shape is not used, and no edit follows it")
    func shapes() {
        var calls = 0
        #expect(throws: ActivationError.unexpectedShape(name: "a.b", expected: [2], found: [3])) {
            try ActivationTaps.observe(
                [], of: listed,
                editing: [
                    "a.b": { _ in Tensor(zeros: [3]) },
                    "a": {
                        calls += 1
                        return $0
                    },
                ]
            ) { taps in taps("a", taps("a.b", Tensor(zeros: [2]))) }
        }
        #expect(calls == 0)
    }

    @Test("errors say what to do next")
    func sentences() {
        let sentences: [(ActivationError, String)] = [
            (
                .unknownName("x\u{1B}", nearest: ["a", "b"]),
                #"there is no activation 'x\u{1b}' here: the nearest names are a, b"#
            ),
            (.unknownName("x", nearest: []), "there is no activation 'x' here: this call has none"),
            (.editedTwice("a"), "two edits are meant for the activation 'a': join them into one"),
            (
                .unexpectedShape(name: "a", expected: [2], found: [3]),
                "the edit of 'a' returned a tensor of shape [3] in place of [2]: return one of the shape that the edit "
                    + "was given"
            ),
        ]
        for (error, sentence) in sentences { #expect(error.description == sentence) }
    }
}
