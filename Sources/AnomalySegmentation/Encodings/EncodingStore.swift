import Checkpoints
import Synchronization
import Tensors

/// What CLIP and SAM made of pictures, kept in a folder, so that settings are compared without encoding a picture again.
///
/// An entry holds CLIP's patches after some blocks at one size of the picture, or CLIP's windows at one size, or SAM's
/// embedding, as half floats: a safetensors file with the whole key (the encoder's weights, the picture's pixels, the size
/// and how it was looked at) and a SHA-256. It is used only when all of that is as it should be; anything else is told,
/// made again and replaced. Files appear whole, so that several processes may share a folder.
///
/// Whoever uses a store computes with the rounded values, whether an entry was there or not: a run that finds its entries
/// gives the bytes of the run that made them. Values beyond the range of half floats are used as they are, and not kept.
///
/// A folder that cannot be read or written is a folder without entries, never a failure.
public final class EncodingStore: Sendable {
    /// What was read and written so far.
    public struct Usage: Hashable, Sendable {
        /// Pictures whose encodings were asked for.
        public internal(set) var pictures = 0
        /// Entries that were there.
        public internal(set) var found = 0
        /// Entries that were made.
        public internal(set) var made = 0
        /// Bytes of the values in both.
        public internal(set) var bytes = 0
    }

    private let kept: KeptTensors
    private let tally = Mutex(Usage())

    /// Where the entries are.
    public var folder: String { kept.folder }

    /// What was read and written so far.
    public var usage: Usage { tally.withLock { $0 } }

    /// - Parameters:
    ///   - folder: made when the first entry is kept.
    ///   - report: told, in a sentence, why an entry was not used or not kept.
    public init(folder: String, report: @escaping @Sendable (String) -> Void = { _ in }) {
        kept = KeptTensors(
            folder: folder, content: "encodings", precision: .float16, digestsNames: true, report: report)
    }

    func countPicture() { tally.withLock { $0.pictures += 1 } }

    /// The tensors of an entry, in the order of `expecting`; nil when there is none that can be trusted.
    func tensors(
        for key: String, expecting: ([String]) -> [(name: String, shape: Shape)]?
    ) -> [(name: String, tensor: Tensor)]? {
        guard let found = kept.tensors(for: key, expecting: expecting) else { return nil }
        count(found) { $0.found += 1 }
        return found
    }

    /// Keeps an entry, and gives back its values as they will be found.
    func keep(_ tensors: [(name: String, tensor: Tensor)], for key: String) -> [(name: String, tensor: Tensor)] {
        let rounded = tensors.map { ($0.name, $0.tensor.roundedToHalf()) }
        let isFinite = rounded.allSatisfy { $0.1.withUnsafeBufferPointer { $0.allSatisfy(\.isFinite) } }
        guard isFinite else {
            kept.report("values beyond the range of half floats are not kept in \(folder)")
            return tensors
        }
        kept.keep(rounded, for: key)
        count(rounded) { $0.made += 1 }
        return rounded
    }

    private func count(_ tensors: [(name: String, tensor: Tensor)], _ entry: (inout Usage) -> Void) {
        tally.withLock { usage in
            usage.bytes += tensors.reduce(0) { $0 + 2 * $1.tensor.shape.elementCount }
            entry(&usage)
        }
    }
}

extension Tensor {
    /// Each value as the nearest half float; infinite beyond their range.
    fileprivate func roundedToHalf() -> Tensor {
        Tensor(values.map { Float(Float16($0)) }, shape: shape)
    }
}
