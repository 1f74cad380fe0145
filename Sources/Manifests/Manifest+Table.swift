#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Manifest {
    /// The pictures that a table lists. A row without an id has its path below the root for one.
    ///
    /// - Parameters:
    ///   - table: paths in it start from the root, or are absolute and lie below it.
    ///   - path: the table's file, for errors.
    /// - Throws: `ManifestError.missingFiles` for all pictures and masks that are not there together.
    package init(_ table: PictureTable, root: String, path: String) throws(ManifestError) {
        let base = Self.parts(of: root.hasPrefix("/") ? root : Self.currentFolder + "/" + root)
        var missing: [String] = []
        var items: [ManifestItem] = []
        var lines: [String: Int] = [:]
        for row in table.rows {
            func below(_ place: String) throws(ManifestError) -> String {
                var parts = base
                if place.hasPrefix("/") { parts = [] }
                for part in Self.parts(of: place) {
                    if part == "..", parts.popLast() != nil { continue }
                    parts.append(part)
                }
                guard parts.count > base.count, zip(parts, base).allSatisfy({ $0.utf8.elementsEqual($1.utf8) }) else {
                    throw .line(path: path, number: row.line, .pathLeavesRoot(path: place))
                }
                return parts.dropFirst(base.count).joined(separator: "/")
            }
            func sizeBytes(_ place: String) -> Int? {
                var status = stat()
                guard stat(root.isEmpty ? place : root + "/" + place, &status) == 0,
                    status.st_mode & S_IFMT == S_IFREG
                else {
                    missing.append(place)
                    return nil
                }
                return Int(status.st_size)
            }
            let picture = try below(row.path)
            let mask = try row.mask.map { mask throws(ManifestError) in try below(mask) }
            let id = row.id ?? picture
            if let fault = IDOrder.fault(inPath: id) { throw .line(path: path, number: row.line, fault) }
            if lines.updateValue(row.line, forKey: id) != nil {
                throw .line(path: path, number: row.line, .duplicateID(id: id))
            }
            let size = sizeBytes(picture)
            if let mask { _ = sizeBytes(mask) }
            items.append(
                ManifestItem(
                    id: id, path: Array(picture.utf8), sizeBytes: size ?? 0, className: row.className,
                    mask: mask.map { Array($0.utf8) }, label: row.label))
        }
        if !missing.isEmpty { throw .missingFiles(path: path, missing) }
        try self.init(root: Array(root.utf8), items: items, path: path)
    }

    /// A path's parts, as the system walks them, `..` still among them.
    private static func parts(of path: String) -> [String] {
        path.split(separator: "/").map(String.init).filter { $0 != "." }
    }

    private static var currentFolder: String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard getcwd(&bytes, bytes.count) != nil else { return "" }
        return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
