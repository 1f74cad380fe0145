/// VisA as published: `CLASS/Data/Images/Normal`, `CLASS/Data/Images/Anomaly`, `CLASS/Data/Masks/Anomaly`.
enum VisAFolders {
    static func classes(in tree: FileTree) -> [[String]] {
        tree.folders(in: []).filter { tree.folder(["data", "images"], in: $0) != nil }
    }

    /// Without the list: all pictures are for measuring.
    static func draft(of tree: FileTree) -> DatasetDraft {
        var draft = DatasetDraft()
        for folder in classes(in: tree) {
            guard let className = folder.last, let images = tree.folder(["data", "images"], in: folder) else {
                continue
            }
            draft.classes.append(className)
            let masks = tree.folder(["data", "masks", "anomaly"], in: folder).map(tree.pictures(in:)) ?? []
            if let normal = tree.folder("normal", in: images) {
                draft.pair(
                    tree.pictures(in: normal), with: [],
                    .init(className: className, kind: nil, split: .test, masks: .none))
            }
            let defective = tree.folder("anomaly", in: images).map(tree.pictures(in:)) ?? []
            draft.pair(
                defective, with: masks, .init(className: className, kind: "anomaly", split: .test, masks: .all))
        }
        return draft
    }

    /// The list of parts beside the classes, if there is one.
    static func list(in tree: FileTree) -> FileTree.File? {
        tree.others.first { $0.names.map { $0.lowercased() } == ["split_csv", "1cls.csv"] }
    }
}
