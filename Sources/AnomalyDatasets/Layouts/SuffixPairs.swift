/// Data sets whose masks are told from pictures by the end of their names.
enum SuffixPairs {
    // MARK: KolektorSDD

    /// Folders `kosNN`.
    static func kolektorFolders(in tree: FileTree) -> [[String]] {
        tree.folders(in: []).filter { folder in
            guard let name = folder.last?.lowercased(), name.hasPrefix("kos"), name.dropFirst(3).allSatisfy(\.isNumber)
            else { return false }
            return tree.pictures(in: folder).contains { $0.stem.lowercased().hasPrefix("part") }
        }
    }

    static func kolektorSDD(_ tree: FileTree, name: String) -> DatasetDraft {
        var draft = DatasetDraft()
        for folder in kolektorFolders(in: tree) {
            pair(
                tree.pictures(in: folder), suffix: "_label",
                .init(
                    className: name, kind: nil, split: .test, masks: .allOrEmpty), &draft)
        }
        return draft
    }

    // MARK: KolektorSDD2

    static func isKolektorSDD2(_ tree: FileTree) -> Bool {
        tree.pictures.contains { $0.names.count == 2 && split(of: $0.names[0]) != nil && hasSuffix($0.stem, "_gt") }
    }

    static func kolektorSDD2(_ tree: FileTree, name: String) -> DatasetDraft {
        var draft = DatasetDraft()
        for folder in tree.folders(in: []) {
            guard let split = folder.last.flatMap(split) else { continue }
            pair(
                tree.pictures(in: folder), suffix: "_gt",
                .init(
                    className: name, kind: nil, split: split, masks: .allOrEmpty), &draft)
        }
        return draft
    }

    // MARK: DAGM

    /// Folders `ClassN` with `Train` or `Test`.
    static func textureFolders(in tree: FileTree) -> [[String]] {
        tree.folders(in: []).filter { folder in
            guard let name = folder.last?.lowercased(), name.hasPrefix("class"), name.count > 5,
                name.dropFirst(5).allSatisfy(\.isNumber)
            else { return false }
            return tree.folders(in: folder).contains { $0.last.flatMap(split) != nil }
        }
    }

    static func dagm(_ tree: FileTree) -> DatasetDraft {
        var draft = DatasetDraft()
        for folder in textureFolders(in: tree) {
            guard let className = folder.last else { continue }
            draft.classes.append(className)
            for part in tree.folders(in: folder) {
                guard let split = part.last.flatMap(split) else { continue }
                let masks = tree.folder("label", in: part).map(tree.pictures(in:)) ?? []
                draft.pair(
                    tree.pictures(in: part), with: masks,
                    .init(className: className, kind: nil, split: split, masks: .whereDefective)
                ) { hasSuffix($0, "_label") ? String($0.dropLast(6)) : $0 }
            }
        }
        return draft
    }

    // MARK: What they share

    private static func split(of folder: String) -> DatasetSplit? {
        switch folder.lowercased() {
        case "train": .train
        case "test": .test
        default: nil
        }
    }

    private static func hasSuffix(_ stem: String, _ suffix: String) -> Bool {
        stem.lowercased().hasSuffix(suffix) && stem.count > suffix.count
    }

    /// Pairs the files of one folder.
    private static func pair(
        _ files: [FileTree.File], suffix: String, _ group: DatasetDraft.Group, _ draft: inout DatasetDraft
    ) {
        draft.pair(
            files.filter { !hasSuffix($0.stem, suffix) }, with: files.filter { hasSuffix($0.stem, suffix) }, group
        ) { String($0.dropLast(suffix.count)) }
    }
}
