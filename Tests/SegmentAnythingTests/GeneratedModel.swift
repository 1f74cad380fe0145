import Checkpoints
import Imaging
import SegmentAnything
import Tensors
import TestSupport
import Testing

extension SAMConfiguration {
    /// Small enough for a fixture: a block of windows that hang over the edge of the 16 x 16 grid, and a global one.
    static let tested = tested(patch: 4)

    static func tested(patch: Int) -> SAMConfiguration {
        var vit = ViTConfiguration(width: 32, depth: 2, heads: 2, globalBlocks: [1])
        vit.patch = patch
        vit.trainedGrid = 16
        vit.window = 6
        var configuration = SAMConfiguration(imageEncoder: .vit(vit)).withTestedDecoder
        configuration.side = 64
        configuration.promptWidth = 32
        configuration.decoderAttentionWidth = 16
        return configuration
    }

    /// A MobileSAM with windows that hang over the edge of their map in two stages and one window of the whole map in the
    /// third.
    static let testedTinyViT = {
        var configuration = SAMConfiguration(
            imageEncoder: .tinyViT(
                TinyViTConfiguration(
                    widths: [8, 16, 24, 320], depths: [1, 2, 1, 1], heads: [2, 3, 5], windows: [7, 4, 10]))
        ).withTestedDecoder
        configuration.side = 160
        return configuration
    }()

    private var withTestedDecoder: SAMConfiguration {
        var configuration = self
        configuration.decoderHeads = 4
        configuration.decoderHiddenWidth = 64
        configuration.iouHeadHiddenWidth = 48
        return configuration
    }
}

/// A model with generated weights, the same that the reference's has in `Tools/fixtures`.
func generatedModel(_ configuration: SAMConfiguration) throws -> SAMModel {
    try SAMModel(configuration: configuration, weights: GeneratedWeights(samWeightShapes(configuration)))
}

/// Values in -1..<1 by name.
func generatedTensor(_ name: String, _ shape: Shape) -> Tensor {
    GeneratedWeights.input(shape, name: name)
}

/// What stands for a prepared picture: `[3, side, side]`.
func generatedPicture(side: Int) -> Tensor {
    generatedTensor("input", [3, side, side])
}

/// A picture of noise.
func generatedImage(width: Int, height: Int) -> Image {
    let noise = generatedTensor("picture", [height, width, 3]).values
    return Image(
        size: ImageSize(width: width, height: height), pixels: noise.map { UInt8((($0 + 1) * 128).rounded(.down)) })
}

/// Values of the reference library for one unit, written by `Tools/fixtures/sam_*.py`; in another folder when the name
/// has one.
struct Reference {
    let fixture: Checkpoint
    let name: String

    init(_ name: String) throws {
        self.name = name
        fixture = try Fixture.tensors(name.contains("/") ? name : "SegmentAnything/\(name)")
    }

    func tensor(_ key: String, _ shape: Shape) throws -> Tensor {
        try fixture.load(key).reshaped(to: shape)
    }

    /// That a tensor has the reference's values, whatever its shape, in row-major order.
    ///
    /// - Parameter tolerance: largest error allowed, as a part of the reference's largest magnitude.
    func expect(
        _ found: Tensor, _ key: String, within tolerance: Float = 1e-4, at location: SourceLocation = #_sourceLocation
    ) throws {
        let expected = try fixture.load(key).values
        let values = found.values
        try #require(values.count == expected.count, "\(name) \(key): \(found.shape)", sourceLocation: location)
        let magnitude = expected.reduce(0) { max($0, abs($1)) }
        let errors = zip(values, expected).map { abs($0 - $1) }
        let worst = errors.indices.max { errors[$0] < errors[$1] } ?? 0
        #expect(
            errors[worst] <= tolerance * magnitude && values.allSatisfy(\.isFinite),
            "\(name) \(key)[\(worst)]: \(values[worst]), reference \(expected[worst]), largest \(magnitude)",
            sourceLocation: location)
    }
}
