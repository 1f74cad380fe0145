import SystemPackage

/// What a search for pictures saw and did not take, for a note.
package struct PassedOver: Hashable, Sendable {
    enum Reason: CaseIterable {
        /// A folder with the mark of a result of Vitrine, whose heat maps are no pictures to work on.
        case results
        case danglingLink
        /// A folder that a link leads back to from below.
        case loop
        case unreadable
        /// A pipe, socket or device with the name of a picture.
        case special
        /// The name ends like that of a picture in a format that is not decoded.
        case otherFormat
    }

    struct Group: Hashable, Sendable {
        var count = 0
        /// The first few names.
        var first: [String] = []
    }

    private(set) var groups: [Reason: Group] = [:]

    /// How many names a note holds.
    static let namedAtMost = 3

    package init() {}

    package var isEmpty: Bool { groups.isEmpty }

    func count(_ reason: Reason) -> Int { groups[reason]?.count ?? 0 }

    /// - Parameter detail: what the system said.
    mutating func add(_ reason: Reason, _ path: FilePath, detail: String? = nil) {
        groups[reason, default: Group()].count += 1
        if groups[reason, default: Group()].first.count < Self.namedAtMost {
            let name = PathText.readable(path.bytes) + (detail.map { " (\($0))" } ?? "")
            groups[reason]?.first.append(name)
        }
    }
}
