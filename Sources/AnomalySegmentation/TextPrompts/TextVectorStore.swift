import Checkpoints
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Text vectors kept in a folder, so that an object costs its text pass once and not once a run.
///
/// An entry is a safetensors file with the tensors `normal` and `abnormal`, the whole key (which text tower, vocabulary,
/// sentences and rule) and a SHA-256 of both. It is used only when all of that is as it should be; anything else is
/// computed again and replaced. Files appear whole, so that several processes may share a folder.
///
/// A folder that cannot be read or written is a folder without entries, never a failure: what was computed is right
/// without it. The vectors are the bytes that were once computed; another machine may differ from them in the last bits.
public struct TextVectorStore: Sendable {
    /// Where the entries are.
    public let folder: String
    private let report: @Sendable (String) -> Void

    /// - Parameters:
    ///   - folder: made when the first entry is kept.
    ///   - report: told, in a sentence, why an entry was not used or not kept.
    public init(folder: String, report: @escaping @Sendable (String) -> Void = { _ in }) {
        self.folder = folder
        self.report = report
    }

    private static let keyName = "vitrine.key"
    private static let digestName = "vitrine.sha256"

    func path(of key: TextVectorKey) -> String {
        folder.isEmpty ? "" : "\(folder)\(folder.hasSuffix("/") ? "" : "/")\(key.fileName)"
    }

    // MARK: Reading

    /// The vectors of a key as they were kept; nil when there are none that can be trusted.
    ///
    /// - Parameter width: how many numbers a vector has.
    func vectors(for key: TextVectorKey, width: Int) -> TextVectors? {
        let path = path(of: key)
        guard !path.utf8.contains(0), access(path, F_OK) == 0 else { return nil }
        do {
            let file = try Checkpoint.open(path)
            let normal = try Self.vector("normal", in: file, width: width)
            let abnormal = try Self.vector("abnormal", in: file, width: width)
            guard let normal, let abnormal, file.names.count == 2,
                Self.isSame(file.metadata[Self.keyName], key.text),
                file.metadata[Self.digestName] == Self.digest(of: key, normal, abnormal)
            else {
                report("\(path) is not what was kept there; its text vectors are computed again")
                return nil
            }
            return TextVectors(normal: normal, abnormal: abnormal)
        } catch {
            report("\(path) cannot be used, its text vectors are computed again: \(error)")
            return nil
        }
    }

    private static func vector(_ name: String, in file: Checkpoint, width: Int) throws -> Tensor? {
        guard file.shape(of: name) == [width], file.elementType(of: name) == .float32 else { return nil }
        let vector = try file.load(name)
        return vector.values.allSatisfy(\.isFinite) ? vector : nil
    }

    /// Byte by byte: texts that only mean the same are not the same key.
    private static func isSame(_ left: String?, _ right: String) -> Bool {
        left.map { $0.utf8.elementsEqual(right.utf8) } ?? false
    }

    // MARK: Keeping

    /// Writes an entry, or replaces one.
    func keep(_ vectors: TextVectors, for key: TextVectorKey) {
        do {
            makeFolder()
            try SafetensorsWriter.write(
                [("normal", vectors.normal), ("abnormal", vectors.abnormal)],
                metadata: [
                    Self.keyName: key.text, Self.digestName: Self.digest(of: key, vectors.normal, vectors.abnormal),
                ], to: path(of: key))
        } catch {
            report("the text vectors are not kept in \(folder): \(error)")
        }
    }

    private static func digest(of key: TextVectorKey, _ normal: Tensor, _ abnormal: Tensor) -> String {
        let bits = (normal.values + abnormal.values).flatMap { value in
            withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
        }
        return TextVectorKey.digest(of: Array(key.text.utf8) + bits)
    }

    /// The folder with all folders above it. Why one cannot be made shows when the entry is written.
    private func makeFolder() {
        // A system call would see such a name only up to its zero byte.
        if folder.utf8.contains(0) { return }
        var path = folder.hasPrefix("/") ? "/" : ""
        for part in folder.split(separator: "/") {
            path += part
            mkdir(path, 0o755)
            path += "/"
        }
    }
}
