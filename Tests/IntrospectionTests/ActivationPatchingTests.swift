import CLIP
import Foundation
import NeuralNetwork
import Tensors
import TestSupport
import Testing

@testable import Introspection

@Suite("Activation patching")
struct ActivationPatchingTests {
    private let reference: ReferenceCLIP

    init() throws { reference = try ReferenceCLIP() }

    private func sweep(_ places: [ActivationPatching.Place]) throws -> ActivationPatching {
        let direction = reference.texts.l2Normalized().element(0)
        return try ActivationPatching(
            places, in: reference.clip, from: reference.other, to: reference.pixels
        ) { seen in
            (seen.output.l2Normalized().element(0) * direction).sum(axis: 0).values[0]
        }
    }

    @Test("attentions, feed-forward parts, heads and one token of the stream, as in PyTorch")
    func pyTorch() throws {
        let clip = reference.clip
        for (name, places) in [
            ("parts", ActivationPatching.parts(of: clip)), ("heads", ActivationPatching.heads(of: clip)),
            ("token", ActivationPatching.residualStream(of: clip, tokens: [6])),
        ] {
            let found = try sweep(places)
            #expect(found.effects.map(\.place) == places)
            let values = Tensor(found.effects.map(\.value), shape: [places.count])
            #expect(try ReferenceCLIP.error(values, "patched_\(name)") < 1e-5, "\(name)")
            #expect(try ReferenceCLIP.error(Tensor([found.receiver], shape: [1]), "patched_none") < 1e-5)
            for effect in found.effects {
                let share = (effect.value - found.receiver) / (found.donor - found.receiver)
                #expect(effect.share == share)
            }
            #expect(found.strongest.first?.share == found.effects.compactMap(\.share).max())
        }
    }

    @Test("the whole stream carries all of the difference, and no token carries none of it")
    func extremes() throws {
        let stream = CLIPModel.imageBlock(1)
        let found = try sweep([
            .init(stream), .init(stream, tokens: Array(0..<17)), .init(stream, tokens: []),
            .init("visual.transformer.resblocks.0.attn.gathered", head: 1, tokens: []),
        ])
        let shares = found.effects.compactMap(\.share)
        #expect(abs(shares[0] - 1) < 1e-4 && shares[1] == shares[0] && abs(shares[2]) < 1e-5 && abs(shares[3]) < 1e-5)
        #expect(throws: IntrospectionError.clip(.noDirection(.image))) {
            try ActivationPatching([.init(stream)], in: reference.clip, from: reference.other, to: reference.pixels) {
                _ throws(CLIPError) in throw .noDirection(.image)
            }
        }
        let same = try ActivationPatching(
            [.init(stream)], in: reference.clip, from: reference.pixels, to: reference.pixels
        ) { $0.output.values[0] }
        #expect(same.effects[0].share == nil && same.strongest == same.effects)
        #expect(try JSONDecoder().decode(ActivationPatching.self, from: JSONEncoder().encode(found)) == found)
    }

    @Test("the measure may look at activations of its own")
    func observing() throws {
        let name = "visual.ln_post"
        let found = try ActivationPatching(
            [.init("visual.ln_pre")], in: reference.clip, from: reference.other, to: reference.pixels, observing: [name]
        ) { $0[name]?[0, 5, 3] ?? .nan }
        #expect(found.receiver.isFinite && abs((found.effects[0].share ?? .nan) - 1) < 1e-4)
    }

    @Test("places that there are not, and pictures of two shapes, are refused")
    func refused() throws {
        for place in [
            ActivationPatching.Place("visual.ln_pre", tokens: [17]), .init("visual.ln_pre", tokens: [-1]),
            .init("visual", head: 0), .init("visual.ln_pre", head: 0),
            .init("visual.transformer.resblocks.0.attn.gathered", head: 2),
        ] {
            #expect(throws: IntrospectionError.noSuchPlace(place.name)) { try sweep([place]) }
        }
        guard
            case .clip(.activation(.unknownName("visual.none", _)))? = #expect(
                throws: IntrospectionError.self, performing: { try sweep([.init("visual.none")]) })
        else {
            Issue.record("another error")
            return
        }
        #expect(throws: IntrospectionError.self) {
            try ActivationPatching(
                [], in: reference.clip, from: Tensor(zeros: [1, 3, 40, 32]), to: reference.pixels
            ) { $0.output.values[0] }
        }
    }
}
