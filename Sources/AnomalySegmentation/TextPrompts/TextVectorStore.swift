import Checkpoints
import Tensors

/// Text vectors kept in a folder, so that an object costs its text pass once and not once a run.
///
/// An entry is a safetensors file with the tensors `normal` and `abnormal`, the whole key (which text tower, vocabulary,
/// sentences and rule) and a SHA-256 of both. It is used only when all of that is as it should be; anything else is
/// computed again and replaced. Files appear whole, so that several processes may share a folder.
///
/// A folder that cannot be read or written is a folder without entries, never a failure: what was computed is right
/// without it. The vectors are the bytes that were once computed; another machine may differ from them in the last bits.
///
/// When an entry is written and all of them together are larger than a limit, those that were used longest ago are removed
/// until a quarter of it is free. Nothing but such entries is ever removed.
public struct TextVectorStore: Sendable {
    /// 64 MB: some 2,000 objects with the default sentences.
    public static let defaultLimitBytes = 64_000_000

    private let kept: KeptTensors
    private let limitBytes: Int

    /// Where the entries are.
    public var folder: String { kept.folder }

    /// - Parameters:
    ///   - folder: made when the first entry is kept.
    ///   - limitBytes: what all entries may take. One that was just written stays, however large it is.
    ///   - report: told, in a sentence, why an entry was not used or not kept.
    public init(
        folder: String, limitBytes: Int = defaultLimitBytes, report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.limitBytes = limitBytes
        kept = KeptTensors(
            folder: folder, content: "text vectors", precision: .float32, digestsNames: false, report: report)
    }

    /// The vectors of a key as they were kept; nil when there are none that can be trusted.
    ///
    /// - Parameter width: how many numbers a vector has.
    func vectors(for key: TextVectorKey, width: Int) -> TextVectors? {
        let found = kept.tensors(for: key.text) { _ in [("normal", [width]), ("abnormal", [width])] }
        if found != nil { kept.files.markUsed(key.text) }
        return found.map { TextVectors(normal: $0[0].tensor, abnormal: $0[1].tensor) }
    }

    /// Writes an entry, or replaces one, and removes others where there are too many.
    func keep(_ vectors: TextVectors, for key: TextVectorKey) {
        kept.keep([("normal", vectors.normal), ("abnormal", vectors.abnormal)], for: key.text)
        kept.files.shrink(
            to: limitBytes, leavingFree: limitBytes / 4, sparing: key.text, where: TextVectorKey.isKey)
    }
}
