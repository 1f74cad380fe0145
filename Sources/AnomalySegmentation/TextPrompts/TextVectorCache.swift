import CLIP
import NeuralNetwork
import Synchronization
import WeightIdentity

/// The text vectors of the objects seen so far, so that a folder of pictures of one object costs one text pass, and none
/// where a store has them from before.
///
/// Two tasks that need a new object at once may both encode it; they get equal vectors.
final class TextVectorCache: Sendable {
    private let clip: CLIPModel
    private let configuration: TextPromptConfiguration
    private let store: TextVectorStore?
    private let known = Mutex<[String: TextVectors]>([:])
    private let encoder = Mutex<WeightFingerprint?>(nil)

    init(clip: CLIPModel, configuration: TextPromptConfiguration, store: TextVectorStore?) {
        self.clip = clip
        self.configuration = configuration
        self.store = store
    }

    /// The vectors of an object that came before.
    func known(_ object: String) -> TextVectors? { known.withLock { $0[object] } }

    /// The vectors of an object: from memory, from the store, or encoded and kept in both.
    func vectors(for object: String) throws(AnomalySegmentationError) -> TextVectors {
        if let found = known(object) { return found }
        let expansion = try configuration.expansion(for: object)
        let vectors = try stored(expansion)
        known.withLock { $0[object] = vectors }
        return vectors
    }

    private func stored(_ expansion: PromptExpansion) throws(AnomalySegmentationError) -> TextVectors {
        guard let store else { return try encoded(expansion) }
        let fingerprint = encoder.withLock { known in
            let found = known ?? clip.textFingerprint
            known = found
            return found
        }
        let key = TextVectorKey(encoder: fingerprint, rule: configuration.vectorRule, expansion: expansion)
        if let found = store.vectors(for: key, width: clip.configuration.embedding) { return found }
        let made = try encoded(expansion)
        store.keep(made, for: key)
        return made
    }

    private func encoded(_ expansion: PromptExpansion) throws(AnomalySegmentationError) -> TextVectors {
        try PromptEnsemble(rule: configuration.vectorRule) { sentences throws(AnomalySegmentationError) in
            let tokens = try sentences.map { sentence throws(AnomalySegmentationError) in try self.tokens(of: sentence)
            }
            return try AnomalySegmentationError.wrapping { () throws(CLIPError) in
                try self.clip.encode(tokens: tokens)
            }
        }.vectors(of: expansion)
    }

    private func tokens(of sentence: String) throws(AnomalySegmentationError) -> [Int] {
        do throws(TokenizerError) {
            return try clip.tokenizer.tokens(for: sentence)
        } catch {
            switch error {
            case .tooLong(let tokens, let limit, _): throw .sentenceTooLong(sentence, tokens: tokens, limit: limit)
            }
        }
    }
}
