import NeuralNetwork
import Tensors
import TestSupport
import Testing
import WeightIdentity

@testable import CLIP

@Suite("fingerprints of the two sides")
struct FingerprintTests {
    /// The reference model's weights with the last value of one tensor changed.
    private struct Altered: TensorSource {
        let weights: GeneratedWeights
        let altered: String

        var names: [String] { weights.names }

        func shape(of name: String) -> Shape? { weights.shape(of: name) }

        func load(_ name: String) throws -> Tensor {
            let tensor = try weights.load(name)
            guard name == altered else { return tensor }
            return Tensor(tensor.values.dropLast() + [(tensor.values.last ?? 0) + 0.5], shape: tensor.shape)
        }
    }

    /// The image side of the same model.
    private static func imageFingerprint(
        altering name: String = "", precision: Precision = .full, _ change: (inout CLIPConfiguration) -> Void = { _ in }
    ) throws -> WeightFingerprint {
        var configuration = ReferenceModel.configuration(.gelu)
        change(&configuration)
        let merges = (0..<configuration.vocabularySize - 514).map { "\(UnicodeScalar(UInt8(33 + $0))) !" }
        return try CLIPModel(
            configuration: configuration,
            weights: Altered(weights: ReferenceModel.weights("CLIP/towers_gelu"), altered: name),
            tokenizer: CLIPTokenizer(
                vocabulary: Vocabulary(merges: merges.joined(separator: "\n").utf8), contextLength: 16),
            precision: precision
        ).imageFingerprint
    }

    @Test("every tensor of the image tower counts on its side, and none of the text tower")
    func imageWeights() throws {
        let expected = try Self.imageFingerprint()
        for name in try ReferenceModel.weights("CLIP/towers_gelu").names {
            #expect(
                try (Self.imageFingerprint(altering: name) == expected) == !name.hasPrefix("visual."), "\(name)")
        }
    }

    @Test("activation, heads, precision and what pixels are scaled by count on the image side")
    func imageFacts() throws {
        let all = try [
            Self.imageFingerprint(), Self.imageFingerprint { $0.activation = .quickGELU },
            Self.imageFingerprint { $0.visionHeads = 1 }, Self.imageFingerprint { $0.mean[1] += 0.1 },
            Self.imageFingerprint { $0.standardDeviation[2] += 0.1 }, Self.imageFingerprint(precision: .int8),
            Self.imageFingerprint(precision: .bf16),
        ]
        #expect(Set(all).count == all.count)
        // The rule for positions is part of what is asked, and not of the weights.
        #expect(try Self.imageFingerprint { $0.positionResampling = .bilinear } == all[0])
    }

    private static func fingerprint(
        altering name: String = "", activation: CLIPConfiguration.Activation = .gelu, reversed: Bool = false,
        context: Int = 16, heads: Int = 4, precision: Precision = .full
    ) throws -> WeightFingerprint {
        var configuration = ReferenceModel.configuration(activation)
        configuration.textHeads = heads
        var merges = (0..<configuration.vocabularySize - 514).map { "\(UnicodeScalar(UInt8(33 + $0))) !" }
        if reversed { merges.reverse() }
        return try CLIPModel(
            configuration: configuration,
            weights: Altered(weights: ReferenceModel.weights("CLIP/towers_gelu"), altered: name),
            tokenizer: CLIPTokenizer(
                vocabulary: Vocabulary(merges: merges.joined(separator: "\n").utf8), contextLength: context),
            precision: precision
        ).textFingerprint
    }

    @Test("each precision has a fingerprint of its own, the same for each model of it")
    func precision() throws {
        let all = try Precision.allCases.map { try Self.fingerprint(precision: $0) }
        let again = try Precision.allCases.map { try Self.fingerprint(precision: $0) }
        #expect(again == all && Set(all).count == all.count)
    }

    @Test("it is the same for the same model, and the image tower has no part in it")
    func same() throws {
        let expected = try Self.fingerprint()
        #expect(try Self.fingerprint() == expected)
        for name in ["visual.proj", "visual.conv1.weight", "visual.ln_pre.bias"] {
            #expect(try Self.fingerprint(altering: name) == expected)
        }
    }

    @Test("every tensor of the text tower counts")
    func weights() throws {
        let expected = try Self.fingerprint()
        let names = try ReferenceModel.weights("CLIP/towers_gelu").names
            .filter { !$0.hasPrefix("visual.") && $0 != "logit_scale" }
        #expect(names.count == 2 * 12 + 5)
        for name in names {
            #expect(try Self.fingerprint(altering: name) != expected, "\(name)")
        }
    }

    @Test("activation, heads, context and vocabulary count")
    func facts() throws {
        let all = try [
            Self.fingerprint(), Self.fingerprint(activation: .quickGELU), Self.fingerprint(heads: 2),
            Self.fingerprint(context: 15), Self.fingerprint(reversed: true),
        ]
        #expect(Set(all).count == all.count)
    }

    @Test("tensors in memory have the fingerprint of a source that holds them")
    func memory() throws {
        let source = GeneratedWeights([("b", [2, 3]), ("a", [4]), ("\u{E9}", [])])
        var tensors: [String: () -> Tensor] = [:]
        for name in source.names {
            let tensor = try source.load(name)
            tensors[name] = { tensor }
        }
        #expect(try WeightFingerprint(of: tensors) == WeightFingerprint(of: source))
    }
}
