import CLIP
import Checkpoints
import Tensors
import TestSupport

/// The model, the pictures and the texts of `Tools/fixtures/introspection_clip.py`, and its numbers.
struct ReferenceCLIP {
    static let fixture = "Introspection/clip"
    let clip: CLIPModel
    let pixels = GeneratedWeights.input([1, 3, 32, 32])
    let other = GeneratedWeights.input([1, 3, 32, 32], name: "other")
    let texts: Tensor

    init() throws {
        var configuration = CLIPConfiguration(
            patch: 8, trainedGrid: 4, visionWidth: 64, visionLayers: 3, embedding: 24, textWidth: 32)
        configuration.visionHeads = 2
        configuration.textLayers = 2
        configuration.textHeads = 4
        configuration.contextLength = 16
        configuration.vocabularySize = 600
        configuration.activation = .quickGELU
        // Texts are tokens here; the merges only have to make as many of them.
        let letters = (33...126).map { String(UnicodeScalar(UInt8($0))) }
        let merges = (0..<600 - 514).map { "\(letters[$0 / letters.count]) \(letters[$0 % letters.count])" }
        clip = try CLIPModel(
            configuration: configuration,
            weights: GeneratedWeights(listed: Fixture.tensors("CLIP/towers_gelu").metadata["entries"]),
            tokenizer: CLIPTokenizer(
                vocabulary: Vocabulary(merges: merges.joined(separator: "\n").utf8), contextLength: 16))
        texts = try Fixture.tensor("texts", in: Self.fixture)
    }

    /// Largest error over largest magnitude, against one tensor of the fixture.
    static func error(_ found: Tensor, _ name: String) throws -> Double {
        let difference = compare(found, try Fixture.tensor(name, in: fixture))
        return difference.structural == nil ? difference.relative : .infinity
    }
}
