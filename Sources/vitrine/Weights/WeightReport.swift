import CLIP
import Checkpoints
import Foundation
import NeuralNetwork
import SegmentAnything
import Tensors
import WeightIdentity

/// What a checkpoint is, and what its numbers are not.
struct WeightReport: OutputRecord {
    static let kind = "weights-inspect"

    var path: String
    var container: String
    var family: String
    var files: [WeightFileRecord]
    /// Numbers in all tensors.
    var elements: Int
    /// Tensors of each stored type.
    var types: [String: Int]
    /// What was taken off the front of every name.
    var prefix: String
    /// Tensors beside the model.
    var setAside: [String]
    /// Entries that are no tensors.
    var ignored: [String]
    /// What a model would be built with; empty for a family that is not read here.
    var model: [ModelFactRecord]
    /// Why no model can be built, nil when one can as far as names and shapes tell.
    var problem: String?
    /// Tensors with numbers that are infinite or none.
    var notFinite: [NonFiniteRecord]
    var tensors: [TensorRecord]

    init(_ checkpoint: Checkpoint) throws {
        path = checkpoint.path
        container = checkpoint.container.description
        let published = try PublishedWeights.list()
        files = try checkpoint.files.map { try WeightFileRecord($0, published: published) }
        tensors = checkpoint.names.map { name in
            TensorRecord(
                name: name, shape: checkpoint.shape(of: name)?.dimensions ?? [],
                type: checkpoint.typeName(of: name) ?? "", bytes: checkpoint.storedByteCount(of: name) ?? 0)
        }
        elements = tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
        types = tensors.reduce(into: [:]) { $0[$1.type, default: 0] += 1 }
        let unwrapped = UnwrappedWeights(checkpoint)
        prefix = unwrapped.prefix
        setAside = unwrapped.setAside
        ignored = checkpoint.ignored.map { "\($0.name): \($0.content)" }
        let family = WeightFamily(of: checkpoint)
        self.family = family.description
        (model, problem) = Self.model(checkpoint, family)
        notFinite = checkpoint.nonFiniteTensors().map(NonFiniteRecord.init)
    }

    /// What the file says of the model, as its module reads it.
    private static func model(_ checkpoint: Checkpoint, _ family: WeightFamily) -> (
        facts: [ModelFactRecord], problem: String?
    ) {
        do {
            switch family {
            case .segmentAnything, .mobileSAM: return (facts(try SAMConfiguration.detect(from: checkpoint)), nil)
            case .aprilGANAdapters, .anomalyCLIPPrompts: return ([], nil)
            default: return (facts(try DetectedCLIP(checkpoint)), nil)
            }
        } catch {
            return ([], "\(error)")
        }
    }

    private static func facts(_ detected: DetectedCLIP) -> [ModelFactRecord] {
        let configuration = detected.configuration
        return [
            ModelFactRecord(
                fact: "image tower", value: "\(configuration.visionLayers) blocks of width \(configuration.visionWidth)"
            ),
            ModelFactRecord(
                fact: "patch",
                value: "\(configuration.patch) pixels\(trunk(in: configuration).map { ", \($0)" } ?? "")"),
            ModelFactRecord(
                fact: "text tower", value: "\(configuration.textLayers) blocks of width \(configuration.textWidth)"),
            ModelFactRecord(fact: "embedding", value: "\(configuration.embedding)"),
            ModelFactRecord(
                fact: "vocabulary", value: "\(configuration.vocabularySize), \(configuration.contextLength) at most"),
        ] + detected.decisions.map { ModelFactRecord(fact: $0.fact.rawValue, value: "\($0.value) (\($0.origin))") }
    }

    private static func trunk(in configuration: CLIPConfiguration) -> TrunkConfiguration? {
        if case .trunk(let trunk) = configuration.patchEmbedding { trunk } else { nil }
    }

    private static func facts(_ configuration: SAMConfiguration) -> [ModelFactRecord] {
        [
            ModelFactRecord(fact: "image encoder", value: "\(configuration.imageEncoder)"),
            ModelFactRecord(
                fact: "input", value: "\(configuration.side) pixels, colour means \(configuration.pixelMean)"),
            ModelFactRecord(
                fact: "embedding", value: "\(configuration.promptWidth) x \(configuration.grid) x \(configuration.grid)"
            ),
        ]
    }
}
