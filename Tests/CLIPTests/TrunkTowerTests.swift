import Foundation
import NeuralNetwork
import Tensors
import TestSupport
import Testing
import WeightIdentity

@testable import CLIP

@Suite("a CLIP whose image tower starts with a convolutional trunk")
struct TrunkTowerTests {
    private static let trunk = #""patch":8,"trunk":{"strides":[1,2,1,2,1,2,2],"taps":[2,3,5,6]}"#

    private func weights(_ described: String = trunk, without: String? = nil) throws -> GeneratedWeights {
        let listed = try ReferenceModel.weights("CLIP/towers_trunk")
        let entries = listed.names.filter { $0 != without }.map { (name: $0, shape: listed.shape(of: $0) ?? []) }
        let description = #"{"family":"clip","vision_heads":2,"text_heads":4,"activation":"gelu",\#(described)}"#
        return GeneratedWeights(entries, metadata: ["vitrine.model": description])
    }

    private func model(
        _ described: String = trunk, without: String? = nil, precision: Precision = .full
    ) throws -> CLIPModel {
        try CLIPModel(
            weights: weights(described, without: without),
            merges: Array(ReferenceModel.mergeLines(count: 600).joined(separator: "\n").utf8),
            precision: precision)
    }

    private func picture(_ shape: Shape) -> Tensor { GeneratedWeights.input(shape) * 20 }

    @Test("the loader reads it, and its vectors are those of PyTorch")
    func tower() throws {
        let model = try model()
        #expect(model.configuration.patch == 8 && model.configuration.imageSize == 32)
        let pixels = picture([2, 3, 32, 32])
        let grid = try ReferenceModel.error(
            model.imageTower.patchEmbedding(pixels), "patch_embedding", in: "CLIP/towers_trunk")
        #expect(grid.relative < 2e-6, "\(grid)")
        let expected = try Fixture.tensor("projected", in: "CLIP/towers_trunk")
        #expect(
            try compare(model.encodeImage(pixels), Tensor.stacked((0..<2).map { expected.element($0).element(0) }))
                .relative < 1e-5)
        let features = try model.denseFeatures(pixels.slice(1..<2), layers: [3])
        #expect(compare(features.layers[0].projected(), expected.element(1).slice(1..<17)).relative < 1e-5)
    }

    @Test("a description that lacks the trunk, or contradicts the weights, is refused")
    func descriptions() throws {
        let file = "vitrine.model"
        let cases: [(String, CLIPConfigurationError)] = [
            (#""x":1"#, .trunk(.undescribed(fact: "patch"))),
            (#""patch":8"#, .trunk(.undescribed(fact: "strides"))),
            (#""patch":8,"trunk":{"strides":[1]}"#, .trunk(.undescribed(fact: "taps"))),
            (
                #""patch":8,"trunk":{"strides":[1],"taps":[0]}"#,
                .trunk(.unusable(fact: "strides", rule: "be as many as the weights have blocks"))
            ),
            (
                #""patch":8,"trunk":[1]"#,
                .unusableDescription(file: file, .unexpectedKind(name: "trunk", expected: "an object"))
            ),
            (
                #""patch":8,"trunk":{"strides":[1.5],"taps":[0]}"#,
                .unusableDescription(file: file, .unexpectedKind(name: "strides", expected: "a whole number"))
            ),
        ]
        for (description, error) in cases {
            #expect(throws: error, "\(description)") { try CLIPConfiguration.detect(from: weights(description)) }
            #expect(throws: CLIPLoadingError.configuration(error)) { try model(description) }
        }
        let error = #expect(throws: CLIPLoadingError.self) { try model(without: "visual.trunk.laterals.1.bias") }
        #expect(error?.description.contains("visual.trunk.laterals.1.bias") == true)
        #expect(
            CLIPConfigurationError.trunk(.missing(name: "x")).description == TrunkError.missing(name: "x").description)
    }

    @Test("by hand a trunk of another patch is refused, and what is written of a trunk is what is read")
    func configuration() throws {
        var configuration = try CLIPConfiguration.detect(from: weights())
        let text = String(decoding: try JSONEncoder().encode(CLIPDescription(configuration)), as: UTF8.self)
        let listed = try weights()
        let entries = listed.names.map { (name: $0, shape: listed.shape(of: $0) ?? []) }
        let again = try CLIPConfiguration.detect(
            from: GeneratedWeights(entries, metadata: ["vitrine.model": text]))
        #expect(again == configuration)
        configuration.patch = 12
        configuration.imageSize = 48
        #expect(throws: CLIPConfigurationError.trunk(.unusable(fact: "patch", rule: "be a power of two from 2 to 64")))
        {
            try configuration.validate()
        }
    }

    @Test("strides and taps are part of the fingerprint, and the trunk stays in full precision")
    func identity() throws {
        let model = try model()
        #expect(model.imageFingerprint == (try self.model()).imageFingerprint)
        // The same weights fit both.
        for others in [#""strides":[1,2,1,2,1,2,1],"taps":[2,3,5,6]"#, #""strides":[1,2,1,2,1,2,2],"taps":[1,3,5,6]"#] {
            let other = try self.model(#""patch":8,"trunk":{\#(others)}"#)
            #expect(model.imageFingerprint != other.imageFingerprint, "\(others)")
        }
        let pixels = picture([1, 3, 32, 32])
        for precision in [Precision.bf16, .int8] {
            let rounded = try self.model(precision: precision)
            #expect(isIdentical(rounded.imageTower.patchEmbedding(pixels), model.imageTower.patchEmbedding(pixels)))
            #expect(try !isIdentical(rounded.encodeImage(pixels), model.encodeImage(pixels)))
        }
        for name in try listedTrunk { #expect(!BlockWeights.contains(name), "\(name)") }
    }

    private var listedTrunk: [String] {
        get throws { try weights().names.filter { $0.hasPrefix("visual.trunk") } }
    }

    @Test("what is inside is seen only when it is asked for")
    func observed() throws {
        let model = try model()
        let pixels = picture([2, 3, 32, 32])
        let ordinary = try model.encodeImage(pixels)
        let listed = try model.imageActivations(for: pixels.shape).map(\.name)
        for name in ["visual.trunk.stem", "visual.trunk.blocks.3", "visual.trunk.laterals.0", "visual.trunk"] {
            #expect(listed.contains(name))
            let found = try model.encodeImage(pixels, observing: [name])
            #expect(Array(found.activations.keys) == [name] && isIdentical(found.output, ordinary))
            let edited = try model.encodeImage(pixels, observing: [], editing: [name: { $0 * 0 }])
            #expect(!isIdentical(edited.output, ordinary), "\(name)")
        }
        #expect(try model.encodeImage(pixels, observing: ["visual.trunk.*"]).activations.count == 31)
    }
}
