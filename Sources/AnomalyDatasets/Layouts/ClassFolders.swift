/// Folders of classes in the manner of MVTec AD: a folder for each part, in it one for each kind of defect, and the masks in
/// folders of the same kinds.
struct ClassFolders {
    /// In which the pictures to be measured are.
    var test: String
    /// The masks' folder, below the class's.
    var truth: [String]
    /// Kinds without defect.
    var normal: Set<String>

    static let mvtecAD = ClassFolders(test: "test", truth: ["ground_truth"], normal: ["good"])
    static let mvtecAD2 = ClassFolders(test: "test_public", truth: ["test_public", "ground_truth"], normal: ["good"])
    static let btad = ClassFolders(test: "test", truth: ["ground_truth"], normal: ["ok"])

    private static let mpddClasses: Set<String> = [
        "bracket_black", "bracket_brown", "bracket_white", "connector", "metal_plate", "tubes",
    ]

    /// Which of the data sets in MVTec AD's manner it is.
    static func kind(of classes: [[String]], in tree: FileTree) -> DatasetLayout {
        if !mpddClasses.isDisjoint(with: classes.compactMap { $0.last?.lowercased() }) { return .mpdd }
        let kinds = Set(classes.flatMap { mvtecAD.kinds(of: $0, in: tree) })
        if !kinds.isDisjoint(with: ["ok", "ko"]) { return .btad }
        return kinds.isSubset(of: ["good", "bad"]) && kinds.contains("bad") ? .visaReorganised : .mvtecAD
    }

    /// The folders of classes, by the names that lead to them; no names for a root that is itself a class.
    func classes(in tree: FileTree) -> [[String]] {
        ([[]] + tree.folders).filter { folder in
            guard let test = tree.folder(test, in: folder) else { return false }
            let kinds = tree.folders(in: test).compactMap { $0.last?.lowercased() }
            // A part of pictures beside masks, say test/images, is none of a class.
            return !normal.isDisjoint(with: kinds) || tree.folder(truth, in: folder) != nil && !kinds.isEmpty
        }
    }

    private func kinds(of folder: [String], in tree: FileTree) -> [String] {
        guard let test = tree.folder(test, in: folder) else { return [] }
        return tree.folders(in: test).compactMap { $0.last?.lowercased() }.filter { $0 != truth.last }
    }

    func draft(of tree: FileTree, name: String) -> DatasetDraft {
        var draft = DatasetDraft()
        let classes = classes(in: tree)
        for folder in classes {
            let className = folder.last ?? name
            draft.classes.append(className)
            for (part, split) in [("train", DatasetSplit.train), ("validation", .validation), (test, .test)] {
                guard let part = tree.folder(part, in: folder) else { continue }
                add(part, split, of: folder, className: className, to: &draft, tree)
            }
        }
        // Folders beside those of classes, which are classes without pictures.
        for parent in Set(classes.compactMap { $0.isEmpty ? nil : Array($0.dropLast()) }) {
            for sibling in tree.folders(in: parent) where tree.pictures(below: sibling).isEmpty {
                if let name = sibling.last, !classes.contains(sibling) { draft.classes.append(name) }
            }
        }
        return draft
    }

    private func add(
        _ part: [String], _ split: DatasetSplit, of folder: [String], className: String, to draft: inout DatasetDraft,
        _ tree: FileTree
    ) {
        let truths = tree.folder(truth, in: folder)
        var kinds = tree.folders(in: part).compactMap(\.last)
        // Masks whose kind has no pictures are told, too.
        let known = Set(kinds.map { $0.lowercased() })
        if split == .test, let truths {
            kinds += tree.folders(in: truths).compactMap(\.last).filter { !known.contains($0.lowercased()) }
        }
        for kind in kinds where kind.lowercased() != truth.last {
            let isNormal = normal.contains(kind.lowercased())
            let masks = split == .test ? truths.flatMap { tree.folder(kind.lowercased(), in: $0) } : nil
            draft.pair(
                tree.pictures(in: part + [kind]), with: masks.map(tree.pictures(in:)) ?? [],
                .init(className: className, kind: isNormal ? nil : kind, split: split, masks: isNormal ? .none : .all)
            ) { $0.hasSuffix("_mask") ? String($0.dropLast(5)) : $0 }
        }
    }
}
