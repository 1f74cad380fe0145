/// Looks for keys of a configuration file that name nothing.
///
/// The compiler writes the decoding of all parts, so that a field is declared once, and what it writes passes over such
/// keys. A key without effect is mostly a typing mistake, so it is refused. The known keys are the names of the stored
/// properties of what was decoded, which are the keys that the compiler uses.
enum UnknownKeys {
    /// - Parameter value: what was decoded from `decoder`.
    /// - Throws: `DecodingError.dataCorrupted` with the path of the first unknown key.
    static func refuse(in decoder: any Decoder, for value: Any) throws {
        let mirror = Mirror(reflecting: value)
        var known: [String: Any] = [:]
        switch mirror.displayStyle {
        case .optional:
            if let wrapped = mirror.children.first { try refuse(in: decoder, for: wrapped.value) }
            return
        case .enum where mirror.children.isEmpty: known["\(value)"] = ()
        case .struct, .tuple, .enum:
            for child in mirror.children { known[child.label ?? ""] = child.value }
        default: return
        }
        // Texts and numbers have no keys.
        guard let container = try? decoder.container(keyedBy: Key.self) else { return }
        for key in container.allKeys {
            guard let child = known[key.stringValue] else {
                let nearest = NearestName.of(key.stringValue, in: known.keys.sorted())
                throw DecodingError.dataCorrupted(
                    .init(
                        codingPath: container.codingPath + [key],
                        debugDescription: "is not known" + (nearest.map { ": did you mean \"\($0)\"?" } ?? ""),
                        underlyingError: UnknownKeyError()))
            }
            try refuse(in: container.superDecoder(forKey: key), for: child)
        }
    }

    /// Any key.
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// Lies under the `DecodingError` of an unknown key, whose description is a sentence for people; the decoder's own are not.
package struct UnknownKeyError: Error {}
