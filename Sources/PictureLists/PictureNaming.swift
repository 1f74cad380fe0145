import SystemPackage

/// Gives pictures ids that never collide.
///
/// A picture that was named, or that a pattern matched, is called by its file name; a picture under a named folder by its
/// path below that folder. Where two names would meet, both are led by as many of their parent folders as it takes.
struct PictureNaming {
    /// A picture on its way to its id.
    private struct Candidate {
        var path: FilePath
        /// The absolute path without the first slash. The name is its end, from ``start`` on.
        var whole: [UInt8]
        var start: Int

        var name: ByteKey { ByteKey(bytes: whole[start...]) }

        /// Puts one more parent folder in front of the name.
        mutating func lengthen() {
            start = whole[..<(start - 1)].lastIndex(of: slash).map { $0 + 1 } ?? 0
        }
    }

    private var candidates: [Candidate] = []
    private var seen: Set<ByteKey> = []

    /// - Parameters:
    ///   - path: as it is to be opened.
    ///   - root: the absolute path of the folder that the name is relative to; see ``AbsolutePath``.
    ///   - relative: the rest of the path below that folder.
    /// - Returns: false for a picture that is already there.
    @discardableResult
    mutating func add(_ path: FilePath, root: [UInt8], relative: [UInt8]) -> Bool {
        let whole = root.isEmpty ? relative : root + [slash] + relative
        guard seen.insert(ByteKey(bytes: whole[...])).inserted else { return false }
        candidates.append(Candidate(path: path, whole: whole, start: whole.count - relative.count))
        return true
    }

    /// The items, in the order in which they were added.
    consuming func items() -> [PictureItem] {
        seen = []
        while lengthenMeetingNames() {}
        return candidates.map { PictureItem(path: $0.path, id: Self.id($0.whole[$0.start...])) }
    }

    /// One more parent folder for each of the names that meet. A name that begins another meets it, too: one picture's
    /// files would lie inside the other's folder.
    private mutating func lengthenMeetingNames() -> Bool {
        var owners: [ByteKey: Int] = [:]
        owners.reserveCapacity(candidates.count)
        for candidate in candidates { owners[candidate.name, default: 0] += 1 }
        var beginnings: Set<ByteKey> = []
        for candidate in candidates {
            let name = candidate.whole[candidate.start...]
            for end in name.indices where name[end] == slash {
                let beginning = ByteKey(bytes: name[..<end])
                if owners[beginning] != nil { beginnings.insert(beginning) }
            }
        }
        var changed = false
        for index in candidates.indices where candidates[index].start > 0 {
            let name = candidates[index].name
            if owners[name, default: 0] > 1 || beginnings.contains(name) {
                candidates[index].lengthen()
                changed = true
            }
        }
        return changed
    }

    // MARK: Ids

    /// Of 255 bytes that file systems allow for a component, some are left for endings such as `.masks`.
    private static let longestComponent = 243

    private static func id(_ name: ArraySlice<UInt8>) -> String {
        name.split(separator: slash).map { component($0) }.joined(separator: "/")
    }

    /// A long name ends in a digest in place of its last bytes.
    private static func component(_ bytes: ArraySlice<UInt8>) -> String {
        let text = PathText.unique(Array(bytes))
        if text.utf8.count <= longestComponent { return text }
        // FNV-1a.
        let digest = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let ending = "~" + String(digest, radix: 16)
        var kept = Substring(text)
        while kept.utf8.count + ending.utf8.count > longestComponent { kept.unicodeScalars.removeLast() }
        return kept + ending
    }
}

let slash = UInt8(ascii: "/")

/// Bytes as a key. Text would not do: to Swift, two texts that differ in their Unicode form alone are equal.
struct ByteKey: Hashable {
    var bytes: ArraySlice<UInt8>

    func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}
