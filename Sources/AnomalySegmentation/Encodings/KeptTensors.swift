import Checkpoints
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Tensors kept in a folder, each set under a key that spells out all that decides it.
///
/// An entry is a safetensors file with the tensors, the whole key and a SHA-256 of key and values. It is used only when all
/// of that is as it should be; anything else is told and made again. Files appear whole, so that several processes may
/// share a folder. A folder that cannot be read or written is a folder without entries, never a failure.
struct KeptTensors: Sendable {
    let folder: String
    /// What is kept, for sentences: "text vectors".
    let content: String
    let precision: SafetensorsWriter.Precision
    /// Whether the digest covers the names, too. It must where an entry may hold one set of names or another.
    let digestsNames: Bool
    /// Told, in a sentence, why an entry was not used or not kept.
    let report: @Sendable (String) -> Void

    private static let digestName = "vitrine.sha256"

    /// Where the entries are, by their keys.
    var files: KeptFolder { KeptFolder(folder, suffix: Self.suffix) }

    /// The end of the entries' names.
    static let suffix = ".safetensors"

    // MARK: Reading

    /// The tensors of a key as they were kept; nil when there are none that can be trusted.
    ///
    /// - Parameter expecting: what an entry with these names must hold, in the order in which it was kept; nil where
    ///   there is no such entry.
    func tensors(
        for key: String, expecting: (_ names: [String]) -> [(name: String, shape: Shape)]?
    ) -> [(name: String, tensor: Tensor)]? {
        let path = files.path(of: key)
        guard !path.utf8.contains(0), access(path, F_OK) == 0 else { return nil }
        do {
            let file = try Checkpoint.open(path)
            guard let expected = expecting(file.names), expected.count == file.names.count,
                Self.isSame(file.metadata[KeptFolder.keyName], key),
                expected.allSatisfy({
                    file.shape(of: $0.name) == $0.shape && file.elementType(of: $0.name) == precision.elementType
                })
            else { return unusable(path) }
            let tensors = try expected.map { ($0.name, try file.load($0.name)) }
            guard tensors.allSatisfy({ $0.1.withUnsafeBufferPointer { $0.allSatisfy(\.isFinite) } }),
                file.metadata[Self.digestName] == digest(of: key, tensors)
            else { return unusable(path) }
            return tensors
        } catch {
            report("\(path) cannot be used, its \(content) are computed again: \(error)")
            return nil
        }
    }

    private func unusable(_ path: String) -> [(name: String, tensor: Tensor)]? {
        report("\(path) is not what was kept there; its \(content) are computed again")
        return nil
    }

    /// Byte by byte: texts that only mean the same are not the same key.
    private static func isSame(_ left: String?, _ right: String) -> Bool {
        left.map { $0.utf8.elementsEqual(right.utf8) } ?? false
    }

    // MARK: Keeping

    /// Writes an entry, or replaces one.
    func keep(_ tensors: [(name: String, tensor: Tensor)], for key: String) {
        do {
            makeFolder()
            try SafetensorsWriter.write(
                tensors, metadata: [KeptFolder.keyName: key, Self.digestName: digest(of: key, tensors)],
                precision: precision, to: files.path(of: key))
        } catch {
            report("the \(content) are not kept in \(folder): \(error)")
        }
    }

    private func digest(of key: String, _ tensors: [(name: String, tensor: Tensor)]) -> String {
        var digest = SHA256()
        digest.update(key)
        for (name, tensor) in tensors {
            if digestsNames { digest.update("\n\(name)\n") }
            // As they lie in memory, which on every machine that this runs on is little-endian.
            tensor.withUnsafeBufferPointer { digest.update(UnsafeRawBufferPointer($0)) }
        }
        return digest.hexadecimalDigest()
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

extension SHA256 {
    fileprivate mutating func update(_ text: String) { Array(text.utf8).withUnsafeBytes { update($0) } }
}
