import TextLines

/// Pictures that a file lists: CSV with a line of names at its top, or a JSON object a line.
package struct PictureTable: Sendable {
    package struct Row: Hashable, Sendable {
        package var line: Int
        /// As it stands in the file.
        package var path: String
        package var id: String?
        package var className: String?
        package var mask: String?
        package var label: String?
        package var split: String?
    }

    package let rows: [Row]
    /// Columns or members that Vitrine does not know, in the order of their names.
    package let ignored: [String]

    private static let known: Set<String> = ["path", "id", "class", "mask", "label"]

    /// - Parameter path: a file whose ending tells its kind: `csv`, or `jsonl` and `ndjson`.
    package init(reading path: String) throws(ManifestError) {
        var rows: [Row] = []
        var ignored: Set<String> = []
        func add(_ line: Int, _ value: (_ key: String) throws(ManifestError) -> String?) throws(ManifestError) {
            func given(_ key: String) throws(ManifestError) -> String? {
                try value(key).flatMap { $0.isEmpty ? nil : $0 }
            }
            guard let picture = try given("path") else { throw .line(path: path, number: line, .missingKey("path")) }
            rows.append(
                Row(
                    line: line, path: picture, id: try given("id"), className: try given("class"),
                    mask: try given("mask"), label: try given("label"), split: try given("split")))
        }
        if path.lowercased().hasSuffix(".csv") {
            var reader = CSVReader(try Self.text(path), path: path)
            let columns = try Self.columns(&reader, path: path, needed: ["path"])
            ignored = Set(columns.keys).subtracting(Self.known)
            while let row = try reader.next() {
                try Self.check(row, columns: columns.count, path: path)
                try add(row.line) { key throws(ManifestError) in columns[key].map { row.fields[$0] } }
            }
        } else {
            let reader = try Manifest.reading { () throws(TextLineError) in try LineReader(path) }
            while let line = try Manifest.reading(reader.next) {
                if line.bytes.allSatisfy({ $0 == UInt8(ascii: " ") }) { continue }
                let members = try MembersOfLine(line, path: path)
                ignored.formUnion(Set(members.values.keys).subtracting(Self.known))
                try add(line.number, members.text)
            }
        }
        if rows.isEmpty { throw .whole(path: path, .noItems) }
        self.rows = rows
        self.ignored = ignored.sorted { $0.precedesByBytes($1) }
    }

    /// The rows of a CSV file with a line of names at its top, as the values of some columns.
    package static func rows(of path: String, columns wanted: [String]) throws(ManifestError) -> [[String]] {
        var reader = CSVReader(try text(path), path: path)
        let columns = try columns(&reader, path: path, needed: wanted)
        let places = wanted.compactMap { columns[$0] }
        var rows: [[String]] = []
        while let row = try reader.next() {
            try check(row, columns: columns.count, path: path)
            rows.append(places.map { row.fields[$0] })
        }
        if rows.isEmpty { throw .whole(path: path, .noItems) }
        return rows
    }

    /// Where each column stands, by the line at the top.
    private static func columns(
        _ reader: inout CSVReader, path: String, needed: [String]
    ) throws(ManifestError) -> [String: Int] {
        guard let head = try reader.next() else { throw .whole(path: path, .noItems) }
        var columns: [String: Int] = [:]
        for (index, name) in head.fields.enumerated() {
            if columns.updateValue(index, forKey: name) != nil {
                throw .line(path: path, number: head.line, .duplicateKey(name))
            }
        }
        for name in needed where columns[name] == nil {
            throw .line(path: path, number: head.line, .missingKey(name))
        }
        return columns
    }

    private static func check(_ row: CSVReader.Row, columns: Int, path: String) throws(ManifestError) {
        guard row.fields.count == columns else {
            throw .line(path: path, number: row.line, .fieldCount(found: row.fields.count, expected: columns))
        }
    }

    /// The file, looked at line by line for what no text holds.
    private static func text(_ path: String) throws(ManifestError) -> [UInt8] {
        let reader = try Manifest.reading { () throws(TextLineError) in try LineReader(path) }
        var bytes: [UInt8] = []
        while let line = try Manifest.reading(reader.next) {
            if line.bytes.contains(0) { throw .line(path: path, number: line.number, .zeroByte) }
            guard String(validating: line.bytes, as: UTF8.self) != nil else {
                throw .line(path: path, number: line.number, .notUTF8(byteOffset: 0))
            }
            bytes += line.bytes
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}
