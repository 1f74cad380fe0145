import Checkpoints
import Foundation
import Imaging
import NeuralNetwork
import SegmentAnything
import Tensors
import TestSupport
import Testing

@Suite struct AutomaticMaskTests {
    static let generated = configuration { configuration in
        configuration.predictedIoUThreshold = 0.02
        configuration.stabilityThreshold = 0.4
        configuration.stabilityOffset = 0.02
    }
    static let trained = configuration { configuration in
        configuration.predictedIoUThreshold = 0.5
        configuration.stabilityThreshold = 0.8
        configuration.boxNMSThreshold = 0.9
    }

    fileprivate static func configuration(
        _ base: AutomaticMaskConfiguration = AutomaticMaskConfiguration(),
        _ change: (inout AutomaticMaskConfiguration) -> Void
    ) -> AutomaticMaskConfiguration {
        var configuration = base
        change(&configuration)
        return configuration
    }

    struct Case: Sendable {
        var name: String
        var picture: String
        var configuration: AutomaticMaskConfiguration

        init(
            _ name: String, on picture: String, pointsPerSide: Int, boxNMSThreshold: Double,
            _ change: (inout AutomaticMaskConfiguration) -> Void
        ) {
            self.name = name
            self.picture = picture
            configuration = AutomaticMaskTests.configuration(generated, change)
            configuration.grid = .pointsPerSide(pointsPerSide)
            configuration.boxNMSThreshold = boxNMSThreshold
        }
    }

    /// The whole picture, two layers of crops, and without small regions.
    static let cases = [
        Case("generated_whole", on: "first", pointsPerSide: 12, boxNMSThreshold: 0.95) { $0.pointsPerBatch = 33 },
        Case("generated_crops", on: "second", pointsPerSide: 8, boxNMSThreshold: 0.9) {
            $0.cropLayers = 2
            $0.cropPointsDownscale = 2
            $0.cropOverlapRatio = 0.3
            $0.cropNMSThreshold = 0.8
        },
        Case("generated_regions", on: "third", pointsPerSide: 9, boxNMSThreshold: 0.8) { $0.minimumRegionArea = 4 },
    ]

    @Test("of a generated model: the same masks as SamAutomaticMaskGenerator finds, each once", arguments: cases)
    func generatedModel(_ reference: Case) throws {
        try expectReference(reference.name, on: reference.picture, peakedModel(), reference.configuration)
    }

    @Test("of the shipped small model, whole, in crops and without small regions: the same masks as the reference's")
    func trainedModel() throws {
        let path = Fixture.packageRoot.appendingPathComponent("Weights/small/sam.safetensors").path
        let weights = try Checkpoint.open(path)
        let model = try SAMModel(configuration: .detect(from: weights), weights: weights)
        var configuration = Self.trained
        configuration.grid = .pointsPerSide(6)
        try expectReference("trained_whole", on: "third", model, configuration)
        configuration.grid = .pointsPerSide(3)
        configuration.cropLayers = 1
        try expectReference("trained_crops", on: "second", model, configuration)
        configuration = Self.trained
        configuration.grid = .pointsPerSide(4)
        configuration.minimumRegionArea = 25
        try expectReference("trained_regions", on: "first", model, configuration)
    }

    @Test("the masks do not depend on how many points are decoded together, nor on who made the grid")
    func batches() throws {
        let model = try peakedModel()
        let image = try Self.picture("first")
        var configuration = Self.generated
        configuration.grid = .pointsPerSide(5)
        configuration.pointsPerBatch = 4
        let some = try AutomaticMaskGenerator(model, configuration: configuration).masks(in: image)
        configuration.pointsPerBatch = 64
        let places = [0.1, 0.3, 0.5, 0.7, 0.9]
        configuration.grid = .explicit([places.flatMap { y in places.map { ImagePoint(x: $0, y: y) } }])
        let all = try AutomaticMaskGenerator(model, configuration: configuration).masks(in: image)
        #expect(!some.isEmpty)
        #expect(some.map(\.mask) == all.map(\.mask))
    }

    @Test("progress is told before each crop and after each batch, and whoever hears it can stop the work")
    func progress() throws {
        struct Stop: Error {}
        let image = try Self.picture("first")
        var configuration = Self.generated
        configuration.grid = .pointsPerSide(4)
        configuration.pointsPerBatch = 10
        configuration.cropLayers = 1
        let generator = try AutomaticMaskGenerator(peakedModel(), configuration: configuration)
        var told: [AutomaticMaskProgress] = []
        let masks = try generator.masks(in: image) { told.append($0) }
        #expect(told.map(\.points) == [0, 10, 16, 16, 26, 32, 32, 42, 48, 48, 58, 64, 64, 74, 80, 80])
        #expect(told.map(\.crops) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5])
        #expect(told.allSatisfy { $0.pointCount == 80 && $0.cropCount == 5 })
        #expect(told.last?.masks == masks.count)
        #expect(throws: Stop.self) {
            try generator.masks(in: image) { progress in
                if progress.points >= 26 { throw Stop() }
            }
        }
    }

    // MARK: What the reference wrote

    static func picture(_ name: String) throws -> Image {
        let entry = try ByteFixture("SegmentAnything/automatic_pictures")[name]
        return Image(size: ImageSize(width: entry.shape[1], height: entry.shape[0]), pixels: entry.bytes)
    }

    /// As many masks, and to each of the reference's one with its numbers; equal masks of equal scores may be in any
    /// order there.
    private func expectReference(
        _ name: String, on picture: String, _ model: SAMModel, _ configuration: AutomaticMaskConfiguration
    ) throws {
        let image = try Self.picture(picture)
        let expected = try ExpectedMasks(ByteFixture("SegmentAnything/automatic_\(name)"), size: image.size)
        let found = try AutomaticMaskGenerator(model, configuration: configuration).masks(in: image)
        expected.expect(found, name)
    }
}

/// The records of a fixture made by `Tools/fixtures/sam_automatic.py`.
struct ExpectedMasks {
    var masks: [RunLengthMask] = []
    var boxes: [[Int]] = []
    var crops: [[Int]] = []
    var areas: [Int] = []
    var qualities: [Float]
    var stabilities: [Float]
    var points: [[Float]] = []

    /// - Parameter prefix: stands in front of every name.
    init(_ fixture: ByteFixture, prefix: String = "", size: ImageSize) throws {
        func entry(_ name: String) throws -> ByteFixture.Entry { try fixture[prefix + name] }
        let runs = try entry("runs").floats.map { Int($0) }
        var start = 0
        for count in try entry("run_counts").floats.map({ Int($0) }) {
            masks.append(try RunLengthMask(size: size, counts: Array(runs[start..<start + count])))
            start += count
        }
        func rows(_ name: String, _ width: Int) throws -> [[Float]] {
            let values = try entry(name).floats
            return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
        }
        boxes = try rows("box", 4).map { $0.map { Int($0) } }
        crops = try rows("crop", 4).map { $0.map { Int($0) } }
        points = try rows("point", 2)
        areas = try entry("area").floats.map { Int($0) }
        qualities = try entry("iou").floats
        stabilities = try entry("stability").floats
    }

    func expect(_ found: [AutomaticMask], _ name: String, at location: SourceLocation = #_sourceLocation) {
        #expect(found.count == masks.count && !masks.isEmpty, "\(name)", sourceLocation: location)
        var left = found
        for (index, mask) in masks.enumerated() {
            let match = left.indices.first { candidate in
                let other = left[candidate]
                return (other.mask.intersectionOverUnion(with: mask) ?? 1) >= 0.99
                    && other.cocoBox == boxes[index] && other.cocoCropBox == crops[index]
                    && abs(other.area - areas[index]) * 100 <= areas[index]
                    && abs(other.predictedIoU - qualities[index]) < 1e-4
                    && abs(other.stabilityScore - stabilities[index]) < 1e-2
                    && abs(Float(other.point.x) - points[index][0]) < 1e-3
                    && abs(Float(other.point.y) - points[index][1]) < 1e-3
            }
            guard let match else {
                let best = left.map { $0.mask.intersectionOverUnion(with: mask) ?? 0 }.max() ?? 0
                Issue.record(
                    "\(name): no match for mask \(index) of box \(boxes[index]); best IoU \(best)",
                    sourceLocation: location)
                continue
            }
            left.remove(at: match)
        }
    }
}

/// The small generated model with its masks lowered until only peaks are left, as `sam_automatic.py` does it.
private func peakedModel() throws -> SAMModel {
    try SAMModel(configuration: .tested, weights: PeakedWeights())
}

private struct PeakedWeights: TensorSource {
    private let base = GeneratedWeights(samWeightShapes(.tested))

    var names: [String] { base.names }
    func shape(of name: String) -> Shape? { base.shape(of: name) }

    func load(_ name: String) throws -> Tensor {
        var tensor = try base.load(name)
        let decoder = "mask_decoder."
        if name == decoder + "output_upscaling.3.weight" {
            for row in 0..<8 { for y in 0..<2 { for x in 0..<2 { tensor[row, 3, y, x] = 0 } } }
        } else if name == decoder + "output_upscaling.3.bias" {
            tensor[3] = 3
        } else if name.hasPrefix(decoder + "output_hypernetworks_mlps."), name.hasSuffix(".layers.2.weight") {
            for column in 0..<32 { tensor[3, column] = 0 }
        } else if name.hasPrefix(decoder + "output_hypernetworks_mlps."), name.hasSuffix(".layers.2.bias") {
            tensor[3] = -0.2
        }
        return tensor
    }
}
