import Tensors
import TestSupport
import Testing
import WeightIdentity

@Suite struct WeightFingerprintTests {
    @Test("one changed bit, a swapped pair, another name or another shape is another fingerprint")
    func differences() throws {
        let values = (0..<1000).map { Float($0) - 500 }
        let reference = Weights(["a": Tensor(values, shape: [10, 100]), "b": Tensor([1, 2], shape: [2])])
        var changed = [
            Weights(["a": Tensor(values, shape: [10, 100]), "b": Tensor([2, 1], shape: [2])]),
            Weights(["a": Tensor(values, shape: [10, 100]), "c": Tensor([1, 2], shape: [2])]),
            Weights(["b": Tensor(values, shape: [10, 100]), "a": Tensor([1, 2], shape: [2])]),
            Weights(["a": Tensor(values, shape: [100, 10]), "b": Tensor([1, 2], shape: [2])]),
            Weights(["a": Tensor(values, shape: [10, 100]), "b": Tensor([1, 2], shape: [2, 1])]),
            Weights(["a": Tensor(values, shape: [10, 100])]),
            Weights([:]),
            Weights(["a": Tensor(values, shape: [10, 100]), "b": Tensor([1, 2], shape: [2]), "d": Tensor(zeros: [0])]),
        ]
        for place in stride(from: 0, to: 1000, by: 37) {
            for bit in [0, 13, 31] as [UInt32] {
                var flipped = values
                flipped[place] = Float(bitPattern: flipped[place].bitPattern ^ (1 << bit))
                changed.append(Weights(["a": Tensor(flipped, shape: [10, 100]), "b": Tensor([1, 2], shape: [2])]))
            }
        }
        let fingerprints = try ([reference] + changed).map { try WeightFingerprint(of: $0) }
        #expect(Set(fingerprints).count == fingerprints.count)
        #expect(Set(fingerprints.map(\.high)).count == fingerprints.count)
        #expect(Set(fingerprints.map(\.low)).count == fingerprints.count)
    }

    @Test(
        "bytes have the fingerprint that they have as Float32 under their name, and had when embeddings were first saved"
    )
    func bytes() throws {
        let bytes = (0..<24).map { UInt8($0 * 11 % 256) }
        let fingerprint = WeightFingerprint(of: bytes, shape: [2, 4, 3], named: "pixels")
        #expect(
            fingerprint
                == (try WeightFingerprint(of: Weights(["pixels": Tensor(bytes.map { Float($0) }, shape: [2, 4, 3])]))))
        #expect(fingerprint.description == "9938524ae1d2e1b5bf14b9782fbf957f")
        #expect(fingerprint != WeightFingerprint(of: bytes, shape: [4, 2, 3], named: "pixels"))
    }

    @Test("the order in which a source names its tensors does not matter")
    func order() throws {
        let entries: [(name: String, shape: Shape)] = (0..<20).map { ("layer.\($0).weight", [3, $0 + 1]) }
        #expect(
            try WeightFingerprint(of: GeneratedWeights(entries))
                == WeightFingerprint(of: GeneratedWeights(entries.reversed())))
    }

    @Test("a prefix names the tensors that count")
    func prefix() throws {
        let both = Weights(["encoder.a": Tensor([1], shape: [1]), "decoder.a": Tensor([2], shape: [1])])
        let one = Weights(["encoder.a": Tensor([1], shape: [1])])
        #expect(try WeightFingerprint(of: both, under: "encoder.") == WeightFingerprint(of: one))
        #expect(try WeightFingerprint(of: both) != WeightFingerprint(of: one))
    }

    @Test("its text is stable from one version to the next and reads back; other texts do not")
    func text() throws {
        let fingerprint = try WeightFingerprint(of: GeneratedWeights([("w", [2, 3, 5])]))
        #expect(fingerprint.description == "442bdcd4f3a9ab0c3c833b68c011b672")
        #expect(WeightFingerprint(fingerprint.description) == fingerprint)
        for text in ["", "12", String(repeating: "g", count: 32), String(repeating: "A", count: 32)] {
            #expect(WeightFingerprint(text) == nil)
        }
    }
}

private struct Weights: TensorSource {
    let tensors: [String: Tensor]

    init(_ tensors: [String: Tensor]) { self.tensors = tensors }

    var names: [String] { Array(tensors.keys) }
    func shape(of name: String) -> Shape? { tensors[name]?.shape }
    func load(_ name: String) throws -> Tensor { tensors[name] ?? Tensor(zeros: []) }
}
