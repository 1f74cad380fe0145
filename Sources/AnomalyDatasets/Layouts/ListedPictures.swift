import Manifests

/// Pictures that a file lists: a list of the user's, or VisA's `1cls.csv`.
enum ListedPictures {
    private static let normalWords: Set<String> = ["normal", "good", "ok", "0", "none"]

    static func isList(_ path: String) -> Bool {
        [".csv", ".jsonl", ".ndjson"].contains { path.lowercased().hasSuffix($0) }
    }

    /// A list with `path` and, if wanted, `class`, `mask`, `label`, `split` and `id`.
    static func draft(reading path: String, name: String) throws(DatasetError) -> DatasetDraft {
        let table = try reading { () throws(ManifestError) in try PictureTable(reading: path) }
        var draft = DatasetDraft()
        for row in table.rows {
            let isNormal = row.label.map { normalWords.contains($0.lowercased()) } ?? (row.mask == nil)
            add(
                to: &draft, picture: row.path, mask: row.mask, className: row.className ?? name,
                label: isNormal ? .normal : row.label == nil ? .byMask : .defective, kind: isNormal ? nil : row.label,
                split: row.split.flatMap { DatasetSplit(rawValue: $0.lowercased()) } ?? .test)
        }
        return draft
    }

    /// VisA's list: `object,split,label,image,mask`.
    static func visa(reading path: String) throws(DatasetError) -> DatasetDraft {
        let rows = try reading { () throws(ManifestError) in
            try PictureTable.rows(of: path, columns: ["object", "split", "label", "image", "mask"])
        }
        var draft = DatasetDraft()
        for row in rows {
            let isNormal = row[2].lowercased() == "normal"
            add(
                to: &draft, picture: row[3], mask: row[4].isEmpty ? nil : row[4], className: row[0],
                label: isNormal ? .normal : .defective, kind: isNormal ? nil : row[2],
                split: DatasetSplit(rawValue: row[1].lowercased()) ?? .test)
        }
        return draft
    }

    private static func add(
        to draft: inout DatasetDraft, picture: String, mask: String?, className: String, label: DatasetLabel,
        kind: String?, split: DatasetSplit
    ) {
        let file = FileTree.File(
            names: picture.split(separator: "/", omittingEmptySubsequences: false).map(String.init))
        let masks = mask.map {
            FileTree.File(names: $0.split(separator: "/", omittingEmptySubsequences: false).map(String.init))
        }
        if label == .defective, mask == nil { draft.faults.append(.missingMask(picture: picture)) }
        if label == .normal, let mask { draft.faults.append(.maskOfNormal(picture: picture, mask: mask)) }
        draft.items.append(
            .init(
                picture: file, className: className, kind: kind, label: label, masks: masks.map { [$0] } ?? [],
                split: split))
    }

    private static func reading<Value>(_ body: () throws(ManifestError) -> Value) throws(DatasetError) -> Value {
        do throws(ManifestError) { return try body() } catch { throw .unreadableList(reason: "\(error)") }
    }
}
