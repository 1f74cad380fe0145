/// Magnetic tile defects: `MT_KIND/Imgs`, or any other name for the kind, where `NAME.jpg` is a picture and `NAME.png` its mask. A few published masks of
/// defects mark nothing, so the masks decide.
enum TileFolders {
    static func folders(in tree: FileTree) -> [[String]] {
        tree.folders(in: []).filter { tree.folder("imgs", in: $0) != nil }
    }

    static func draft(of tree: FileTree, name: String) -> DatasetDraft {
        var draft = DatasetDraft()
        for folder in folders(in: tree) {
            guard let kind = folder.last, let inside = tree.folder("imgs", in: folder) else { continue }
            let isNormal = kind.lowercased() == "mt_free"
            let files = tree.pictures(in: inside)
            if files.isEmpty { draft.faults.append(.emptyClass(name: kind)) }
            draft.pair(
                files.filter { $0.ending != "png" }, with: files.filter { $0.ending == "png" },
                .init(
                    className: name, kind: isNormal ? nil : kind, split: .test, masks: isNormal ? .empty : .allOrEmpty))
        }
        return draft
    }
}
