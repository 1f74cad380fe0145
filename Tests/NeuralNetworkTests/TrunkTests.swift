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

@Suite("what a trunk's weights and their description tell")
struct TrunkConfigurationTests {
    private let names: GeneratedWeights

    init() throws {
        names = try GeneratedWeights(listed: Fixture.tensors("NeuralNetwork/trunk_layers").metadata["entries_8"])
    }

    private func read(
        strides: [Int]? = [1, 2, 1, 2, 1, 2, 2], taps: [Int]? = [2, 3, 5, 6], patch: Int? = 8,
        without: String? = nil, changed: (name: String, shape: Shape)? = nil
    ) throws -> TrunkConfiguration {
        let entries = names.names.filter { $0 != without }.map { name in
            (name: "x.\(name)", shape: changed?.name == name ? changed?.shape ?? [] : names.shape(of: name) ?? [])
        }
        return try TrunkConfiguration(
            from: GeneratedWeights(entries), under: "x", described: (strides, taps), patch: patch)
    }

    @Test("shapes and description make the whole")
    func whole() throws {
        #expect(try read() == .tested)
        #expect(TrunkConfiguration.tested.description == "trunk of 7 blocks, seen behind [2, 3, 5, 6]")
    }

    @Test("what is missing or cannot be meant is refused")
    func refusals() {
        let strides = "be as many as the weights have blocks"
        let cases: [(TrunkError, () throws -> TrunkConfiguration)] = [
            (.undescribed(fact: "patch"), { try read(patch: nil) }),
            (.undescribed(fact: "strides"), { try read(strides: nil) }),
            (.undescribed(fact: "taps"), { try read(taps: nil) }),
            (.unusable(fact: "strides", rule: strides), { try read(strides: [1, 2, 1, 2, 1, 2]) }),
            (.unusable(fact: "strides", rule: strides), { try read(strides: [1, 2, 1, 2, 1, 2, 2, 1]) }),
            (.unusable(fact: "strides", rule: "be 1 or 2"), { try read(strides: [1, 2, 1, 3, 1, 2, 2]) }),
            (.unusable(fact: "strides", rule: "be 1 or 2"), { try read(strides: [1, 2, 1, .min, 1, 2, 2]) }),
            (Self.taps, { try read(taps: []) }), (Self.taps, { try read(taps: [2, 2, 6]) }),
            (Self.taps, { try read(taps: [-1, 6]) }), (Self.taps, { try read(taps: [2, 5]) }),
            (Self.taps, { try read(taps: [2, 7]) }), (Self.patch, { try read(patch: 0) }),
            (Self.patch, { try read(patch: 12) }), (Self.patch, { try read(patch: 1 << 40) }),
            (.missing(name: "x.stem.weight"), { try read(without: "stem.weight") }),
            (.missing(name: "x.blocks.3.expand.weight"), { try read(without: "blocks.3.expand.weight") }),
            (.missing(name: "x.blocks.6.project.weight"), { try read(without: "blocks.6.project.weight") }),
            (.unusable(fact: "strides", rule: strides), { try read(without: "blocks.6.depthwise.weight") }),
            Self.misshapen("stem.weight", [8, 4, 3, 3], read), Self.misshapen("stem.weight", [8, 3, 5, 5], read),
            Self.misshapen("stem.weight", [8, 3, 9], read), Self.misshapen("stem.weight", [0, 3, 3, 3], read),
            Self.misshapen("blocks.2.depthwise.weight", [36, 1, 5, 3], read),
            Self.misshapen("blocks.2.depthwise.weight", [36, 2, 5, 5], read),
            Self.misshapen("blocks.2.expand.weight", [36, 11, 1, 1], read),
            Self.misshapen("blocks.2.project.weight", [12, 35, 1, 1], read),
            (
                .unusable(fact: "kernels", rule: "be 3 or 5"),
                { try read(changed: ("blocks.2.depthwise.weight", [36, 1, 7, 7])) }
            ),
        ]
        for (error, make) in cases { #expect(throws: error) { try make() } }
    }

    private static let taps = TrunkError.unusable(fact: "taps", rule: "ascend from 0 on and end with the last block, 6")
    private static let patch = TrunkError.unusable(fact: "patch", rule: "be a power of two from 2 to 64")

    private static func misshapen(
        _ name: String, _ shape: Shape,
        _ read: @escaping ([Int]?, [Int]?, Int?, String?, (name: String, shape: Shape)?) throws -> TrunkConfiguration
    ) -> (TrunkError, () throws -> TrunkConfiguration) {
        (
            .unexpectedShape(name: "x.\(name)", found: shape),
            { try read([1, 2, 1, 2, 1, 2, 2], [2, 3, 5, 6], 8, nil, (name, shape)) }
        )
    }

    @Test("sizes made by hand are checked")
    func byHand() {
        func rule(_ change: (inout TrunkConfiguration) -> Void) -> String? {
            var configuration = TrunkConfiguration.tested
            change(&configuration)
            do throws(TrunkError) {
                try configuration.validate(patch: 16)
                return nil
            } catch {
                guard case .unusable(let fact, _) = error else { return "\(error)" }
                return fact
            }
        }
        #expect(rule { _ in } == nil)
        #expect(rule { $0.blocks = [] } == "blocks")
        #expect(rule { $0.blocks = Array(repeating: $0.blocks[0], count: 65) } == "blocks")
        #expect(rule { $0.stemChannels = 0 } == "channels")
        #expect(rule { $0.blocks[1].hidden = 1 << 20 } == "channels")
        #expect(rule { $0.blocks[6].channels = -1 } == "channels")
        #expect(rule { $0.blocks[0].kernel = 4 } == "kernels")
        #expect(rule { $0.blocks[0].stride = 0 } == "strides")
        #expect(rule { $0.taps = [0] } == "taps")
    }

    @Test("each error says what to do next")
    func sentences() {
        #expect(
            TrunkError.undescribed(fact: "taps").description
                == "the weights have a trunk, and their description (vitrine.model) lacks its \"taps\": export them again "
                + "with a description of the trunk")
        #expect(
            TrunkError.missing(name: "a.b").description
                == "the weights lack \"a.b\", which tells the trunk's size: the file is incomplete, so export it again")
        #expect(
            TrunkError.unexpectedShape(name: "a", found: [1, 2]).description
                == "the weights hold \"a\" with shape [1, 2], which does not fit the trunk's other weights: export them "
                + "again")
        #expect(
            TrunkError.unusable(fact: "strides", rule: "be 1 or 2").description
                == "no trunk can have these strides: they should be 1 or 2; mend the configuration, or export the weights "
                + "again with the description that belongs to them")
    }

    @Test("bands of a large map are the whole, byte for byte")
    func bands() throws {
        let sizes = TrunkConfiguration.Block(hidden: 96, kernel: 3, stride: 2, channels: 24)
        let entries: [(name: String, shape: Shape)] = [
            ("expand.weight", [96, 16, 1, 1]), ("expand.bias", [96]), ("depthwise.weight", [96, 1, 3, 3]),
            ("depthwise.bias", [96]), ("project.weight", [24, 96, 1, 1]), ("project.bias", [24]),
        ]
        let block = try WeightScope.load(from: GeneratedWeights(entries)) { InvertedResidual($0, in: 16, sizes) }
        let map = GeneratedWeights.input([131, 150, 16]) * 10
        let expand = try #require(block.expand)
        let wide = expand(map, activation: .relu6)
        let expected = block.project(block.depthwise(wide, activation: .relu6))
        #expect(block.isBanded(map.shape) && isIdentical(block(map), expected))
        #expect(!block.isBanded([20, 30, 16]))
    }
}
