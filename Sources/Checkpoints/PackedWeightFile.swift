import Foundation
import Synchronization
package import Tensors
import WholeFiles

/// The packed weights of one model in a file, so that later runs map them and need not pack again.
///
/// The file is a safetensors file with a tensor of words for each packed weight. It is found by a key that names the bytes
/// of the weights' files, the precision, the kernels whose layout it is, and the version of that layout. Its texts say of
/// each weight its shape, what its numbers are and a sum of its bits, and end with a SHA-256 of them all. A file of which
/// anything is not as it should be is told and not used; the weights are packed as if it were not there.
///
/// Files appear whole, so several processes may share a folder. A folder that cannot be read or written is a folder
/// without files, never a failure.
package final class PackedWeightFile: PanelShelf {
    /// What all files of a folder may take together: the published ViT-L and ViT-B in all precisions.
    package static let defaultLimitBytes = 10_000_000_000

    static let suffix = ".packed"
    private static let digestName = "vitrine.sha256"
    private static let entryPrefix = "packed "

    private let files: KeptFolder
    private let limitBytes: Int
    private let precision: Precision
    private let weights: [MappedFile]
    private let digests: DigestCache
    private let report: @Sendable (String) -> Void
    private let state: Mutex<State>

    private struct State {
        /// What was kept earlier, once it is known whether there is something.
        var kept: Kept?
        var isDamaged = false
        var made: [(name: String, weight: LinearWeight)] = []
    }

    /// A file whose texts are as they should be.
    private struct Kept {
        let file: Checkpoint
        let entries: [String: Entry]

        /// The panels of a weight, if no bit of them has changed.
        func panels(_ name: String) -> KeptPanels? {
            guard let entry = entries[name], let words = try? file.load(name), words.bitSum == entry.bitSum else {
                return nil
            }
            return KeptPanels(shape: entry.shape, numbers: entry.numbers, words: words)
        }
    }

    /// What the texts of a file say of one weight.
    fileprivate struct Entry: Equatable {
        var shape: Shape
        var numbers: KeptPanels.Numbers
        var bitSum: UInt64
    }

    /// - Parameters:
    ///   - checkpoint: the weights.
    ///   - precision: what the model is asked to compute in.
    ///   - folder: where the files are; made when one is written.
    ///   - limitBytes: what all files may take. One that was just written stays, however large it is.
    ///   - report: told, in a sentence, why a file was not used or not written.
    package convenience init(
        of checkpoint: Checkpoint, precision: Precision, folder: String, limitBytes: Int = defaultLimitBytes,
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.init(
            of: checkpoint, precision: precision, folder: folder, limitBytes: limitBytes,
            digests: DigestCache(folder: folder), report: report)
    }

    init(
        of checkpoint: Checkpoint, precision: Precision, folder: String, limitBytes: Int, digests: DigestCache,
        report: @escaping @Sendable (String) -> Void
    ) {
        files = KeptFolder(folder, suffix: Self.suffix)
        self.limitBytes = limitBytes
        self.precision = precision
        self.report = report
        weights = checkpoint.parts.map(\.file)
        self.digests = digests
        // Weights whose digest is not known were never packed here, or changed; they are not read just to find out.
        let known = weights.compactMap(digests.known)
        let kept = known.count == weights.count ? Self.kept(Self.key(known, precision), files, report) : nil
        state = Mutex(State(kept: kept))
    }

    // MARK: Reading

    package func panels(_ name: String) -> KeptPanels? {
        guard let kept = state.withLock({ $0.kept }), kept.entries[name] != nil else { return nil }
        if let panels = kept.panels(name) { return panels }
        report("\(kept.file.path) is damaged at \(name); that weight is packed again")
        state.withLock { $0.isDamaged = true }
        return nil
    }

    package func note(_ weight: LinearWeight, _ name: String) {
        state.withLock { $0.made.append((name, weight)) }
    }

    /// The file of a key, if it was written for it.
    private static func kept(_ key: String, _ files: KeptFolder, _ report: (String) -> Void) -> Kept? {
        let path = files.path(of: key)
        guard !path.utf8.contains(0), access(path, F_OK) == 0 else { return nil }
        do {
            let file = try Checkpoint.open(path)
            let texts = file.metadata.filter { $0.key != digestName }
            var entries: [String: Entry] = [:]
            for name in file.names {
                guard file.elementType(of: name) == .float32, let text = texts[entryPrefix + name],
                    let entry = Entry(text)
                else { break }
                entries[name] = entry
            }
            guard texts[KeptFolder.keyName] == key, file.metadata[digestName] == digest(of: texts),
                entries.count == file.names.count
            else {
                report("\(path) is not what was kept there; the weights are packed again")
                return nil
            }
            return Kept(file: file, entries: entries)
        } catch {
            report("\(path) cannot be used, the weights are packed again: \(error)")
            return nil
        }
    }

    // MARK: Keeping

    /// Writes what was packed and is not in the file yet, beside what is. To be called at the end of the work.
    package func keep() {
        let (made, kept, isDamaged) = state.withLock { ($0.made, $0.kept, $0.isDamaged) }
        var packed = made.compactMap { made in made.weight.panels.map { (name: made.name, panels: $0) } }
        if packed.isEmpty {
            if let key = kept?.file.metadata[KeptFolder.keyName] { files.markUsed(key) }
            return
        }
        let folder = files.folder
        do {
            try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            UnfinishedFile.clear(in: folder)
            let key = Self.key(
                try weights.map { file throws(CheckpointError) in try digests.sha256(of: file) }, precision)
            // Another process may have been here first.
            if let found = Self.kept(key, files, { _ in }) {
                let new = Set(packed.map(\.name))
                if !isDamaged, new.isSubset(of: found.entries.keys) { return }
                for name in found.file.names where !new.contains(name) {
                    if let panels = found.panels(name) { packed.append((name, panels)) }
                }
            }
            try write(packed, key)
            files.shrink(to: limitBytes, sparing: key)
        } catch {
            report("packed weights are not kept in \(folder): \(error)")
        }
    }

    private func write(_ packed: [(name: String, panels: KeptPanels)], _ key: String) throws(CheckpointError) {
        var texts = [KeptFolder.keyName: key]
        for (name, panels) in packed {
            texts[Self.entryPrefix + name] =
                Entry(shape: panels.shape, numbers: panels.numbers, bitSum: panels.words.bitSum).text
        }
        texts[Self.digestName] = Self.digest(of: texts)
        try SafetensorsWriter.write(packed.map { ($0.name, $0.panels.words) }, metadata: texts, to: files.path(of: key))
    }

    // MARK: Names

    /// All that decides what the file holds.
    private static func key(_ digests: [String], _ precision: Precision) -> String {
        "packed weights \(KeptPanels.version), \(precision.rawValue), \(KeptPanels.kernels(precision)) "
            + "and \(KeptPanels.kernels(.full)), \(digests.joined(separator: ", "))"
    }

    private static func digest(of texts: [String: String]) -> String {
        var digest = SHA256()
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            Array("\(name.utf8.count) \(text.utf8.count) \(name) \(text)\n".utf8).withUnsafeBytes { digest.update($0) }
        }
        return digest.hexadecimalDigest()
    }
}

extension PackedWeightFile.Entry {
    fileprivate var text: String {
        "\(numbers.rawValue) \(shape[0]) x \(shape[1]) \(String(bitSum, radix: 16))"
    }

    fileprivate init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 5, let numbers = KeptPanels.Numbers(rawValue: words[0]), let rows = Int(words[1]),
            let columns = Int(words[3]), rows > 0, columns > 0, rows < 1 << 31, columns < 1 << 31,
            let sum = UInt64(words[4], radix: 16)
        else { return nil }
        self.init(shape: [rows, columns], numbers: numbers, bitSum: sum)
    }
}
