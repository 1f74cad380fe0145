import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import NeuralNetwork

@Suite("a convolutional trunk against PyTorch")
struct TrunkTests {
    /// The trunk of `Tools/fixtures/network_trunk.py`, with its generated weights.
    private func trunk(patch: Int = 8) throws -> Trunk {
        let weights = try GeneratedWeights(listed: fixture.metadata["entries_\(patch)"])
        return try WeightScope.load(from: weights) { Trunk($0, .tested, patch: patch, width: 20) }
    }

    private let fixture: Checkpoint

    init() throws { fixture = try Fixture.tensors("NeuralNetwork/trunk_layers") }

    private func picture(_ shape: Shape) -> Tensor { GeneratedWeights.input(shape) * 20 }

    private func expect(_ found: Tensor, _ name: String) throws {
        let expected = try fixture.load(name)
        #expect(found.shape == expected.shape, "\(name)")
        let difference = compare(found, expected)
        #expect(difference.relative < 2e-6, "\(name): \(difference)")
    }

    @Test("every convolution, block and lateral, on maps of odd sizes")
    func layers() throws {
        let (trunk, pixels) = (try trunk(), picture([2, 3, 24, 40]))
        let listed = trunk.activations(batch: 2, gridHeight: 3, gridWidth: 5).under("trunk")
        let found = try ActivationTaps.observe(["*"], of: listed) { trunk(pixels, taps: $0.child("trunk")) }
        #expect(
            found.activations.mapValues(\.shape) == Dictionary(uniqueKeysWithValues: listed.map { ($0.name, $0.shape) })
        )
        for entry in listed {
            let name = entry.name == "trunk" ? "result" : String(entry.name.dropFirst("trunk.".count))
            let value = try #require(found[entry.name])
            try expect(value.slice(0..<1), name)
            if name == "result" { try expect(value.slice(1..<2), "second") }
        }
        #expect(Set(fixture.names).isSuperset(of: listed.dropLast().map { String($0.name.dropFirst("trunk.".count)) }))
    }

    @Test("the result, for patches of 8 and 16 pixels and for one patch")
    func results() throws {
        let pixels = picture([2, 3, 24, 40])
        let both = try trunk().planes(pixels)
        try expect(both.slice(0..<1), "result")
        try expect(both.slice(1..<2), "second")
        let one = try trunk()(pixels.element(1))
        #expect(one.shape == [3, 5, 20])
        try expect(one.permuted([2, 0, 1]).expanded(axis: 0), "second")
        try expect(try trunk(patch: 16).planes(picture([1, 3, 48, 80])), "patch_16")
        try expect(try trunk().planes(picture([1, 3, 8, 8])), "one_patch")
    }

    @Test("where nothing inside is asked for, every byte is that of the ordinary trunk")
    func ordinary() throws {
        let (trunk, pixels) = (try trunk(), picture([1, 3, 24, 40]))
        let ordinary = trunk.planes(pixels)
        let listed = trunk.activations(batch: 1, gridHeight: 3, gridWidth: 5).under("trunk")
        for names in [[], ["trunk"], ["trunk.blocks.2", "trunk.laterals.1"], ["trunk.blocks.3.depthwise"]] {
            let found = try ActivationTaps.observe(names, of: listed) { trunk(pixels, taps: $0.child("trunk")) }
            #expect(isIdentical(found.output, ordinary), "\(names)")
            #expect(Set(found.activations.keys) == Set(names))
        }
    }
}

extension TrunkConfiguration {
    /// That of `Tools/fixtures/trunk_reference.py`.
    static let tested = TrunkConfiguration(
        stemChannels: 8,
        blocks: [
            Block(hidden: 8, kernel: 3, stride: 1, channels: 8), Block(hidden: 24, kernel: 3, stride: 2, channels: 12),
            Block(hidden: 36, kernel: 5, stride: 1, channels: 12),
            Block(hidden: 48, kernel: 5, stride: 2, channels: 20),
            Block(hidden: 20, kernel: 3, stride: 1, channels: 16),
            Block(hidden: 40, kernel: 5, stride: 2, channels: 24),
            Block(hidden: 30, kernel: 3, stride: 2, channels: 9),
        ], taps: [2, 3, 5, 6])
}
