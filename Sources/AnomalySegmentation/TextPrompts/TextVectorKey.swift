import CLIP
import Checkpoints
import NeuralNetwork
import WeightIdentity

/// All that decides two text vectors, spelled out.
///
/// The object's name and the table have their effect through the sentences alone, so the sentences stand here.
struct TextVectorKey: Sendable {
    /// UTF-8; equal keys have equal bytes, and only they.
    let text: String

    /// Changes when the way from sentences to vectors does.
    private static let version = 1
    private static let start = "vitrine text vectors "

    init(encoder: WeightFingerprint, rule: TextPromptConfiguration.VectorRule, expansion: PromptExpansion) {
        var lines = ["\(Self.start)\(Self.version)", "encoder \(encoder)", "rule \(rule.rawValue)"]
        for state in PromptTable.State.allCases {
            let sentences = expansion.sentences(state)
            lines.append("\(state.rawValue) \(sentences.count)")
            // With its length before it, no sentence can look like the end of itself and the start of another.
            lines += sentences.map { "\($0.utf8.count) \($0)" }
        }
        text = lines.joined(separator: "\n")
    }

    /// Whether a text is such a key, of any version.
    static func isKey(_ text: String) -> Bool { text.hasPrefix(start) }

    /// What the entry's file is called.
    var fileName: String { KeptFolder.fileName(of: text, suffix: KeptTensors.suffix) }
}
