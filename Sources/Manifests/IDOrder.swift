/// Looks at ids one after the other, as they stand in a manifest: each a path of its own, all in the order of their bytes.
struct IDOrder {
    /// The last id, and all before it that it begins with. An id that another one lies in, as in a folder, begins it; and in
    /// this order only ids that begin with it, too, stand between the two.
    private var beginnings: [String] = []

    /// The fault of the next id, nil for a good one.
    mutating func fault(of id: String) -> ManifestFault? {
        if let fault = Self.fault(inPath: id) { return fault }
        if let last = beginnings.last {
            if last.utf8.elementsEqual(id.utf8) { return .duplicateID(id: id) }
            if !last.precedesByBytes(id) { return .notSorted(id: id, after: last) }
        }
        while let last = beginnings.last, !id.utf8.starts(with: last.utf8) { beginnings.removeLast() }
        let slash = UInt8(ascii: "/")
        if let outer = beginnings.first(where: { id.utf8.dropFirst($0.utf8.count).first == slash }) {
            return .idInside(id: id, outer: outer)
        }
        beginnings.append(id)
        return nil
    }

    /// What keeps an id from being a path below a folder.
    static func fault(inPath id: String) -> ManifestFault? {
        if id.isEmpty { return .emptyID }
        if id.utf8.contains(0) { return .zeroByte }
        return isBelow(Array(id.utf8)) ? nil : .idLeavesOutput(id: id)
    }

    /// Whether every part of a relative path leads deeper.
    static func isBelow(_ path: [UInt8]) -> Bool {
        path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
        }
    }
}
