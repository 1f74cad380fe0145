/// Folders of pictures beside folders of masks whose files have the same names.
///
/// The two folders differ in one name: `images` and `masks`, `image` and `groundTruth`, `test_img` and `test_lab`,
/// `images/test` and `annotations/test`. Of the names that remain, those of parts tell the part, and the others the class.
enum FolderPairs {
    private static let pictureWords: Set<String> = ["image", "images", "img", "imgs", "picture", "pictures"]
    private static let maskWords: Set<String> = [
        "mask", "masks", "lab", "label", "labels", "groundtruth", "ground_truth", "gt", "annotation", "annotations",
    ]

    /// Which data set of this kind it is; nil where there are no such folders.
    static func layout(of tree: FileTree) -> DatasetLayout? {
        let pairs = pairs(in: tree)
        if pairs.isEmpty { return nil }
        if pairs.contains(where: { $0.pictures.last?.lowercased().hasSuffix("_img") == true }) { return .deepCrack }
        if pairs.contains(where: { $0.masks.first?.lowercased() == "annotations" && $0.masks.count == 2 }) {
            return .neuSeg
        }
        return .folders
    }

    static func draft(of tree: FileTree, name: String) -> DatasetDraft {
        var draft = DatasetDraft()
        for pair in pairs(in: tree) {
            draft.classes.append(pair.className ?? name)
            draft.pair(
                tree.pictures(in: pair.pictures), with: tree.pictures(in: pair.masks),
                .init(className: pair.className ?? name, kind: nil, split: pair.split, masks: .allOrEmpty)
            ) { $0.lowercased().hasSuffix("_mask") ? String($0.dropLast(5)) : $0 }
        }
        return draft
    }

    private struct Pair {
        var pictures: [String]
        var masks: [String]
        var className: String?
        var split: DatasetSplit
    }

    private static func pairs(in tree: FileTree) -> [Pair] {
        let maskFolders = tree.folders.filter { folder in
            folder.contains { role(of: $0).map(\.isMask) == true } && !tree.pictures(in: folder).isEmpty
        }
        return tree.folders.compactMap { folder in
            guard !tree.pictures(in: folder).isEmpty,
                let place = folder.lastIndex(where: { role(of: $0).map { !$0.isMask } == true }),
                let masks = maskFolders.first(where: { isBeside(folder, $0, at: place) })
            else { return nil }
            var rest = folder
            rest[place] = role(of: folder[place])?.rest ?? ""
            let splits = rest.map(split)
            let classes = zip(rest, splits).filter { $1 == nil && !$0.isEmpty }.map(\.0)
            return Pair(
                pictures: folder, masks: masks, className: classes.isEmpty ? nil : classes.joined(separator: "/"),
                split: splits.compactMap(\.self).last ?? .test)
        }
    }

    /// Whether the two differ in nothing but that one is of pictures and the other of masks.
    private static func isBeside(_ pictures: [String], _ masks: [String], at place: Int) -> Bool {
        guard pictures.count == masks.count, let mask = role(of: masks[place]), mask.isMask,
            mask.rest.lowercased() == role(of: pictures[place])?.rest.lowercased()
        else { return false }
        return pictures.indices.allSatisfy { $0 == place || pictures[$0] == masks[$0] }
    }

    /// What a folder's name says: `test_img` holds pictures, and `test` remains. A number behind the word is left out.
    private static func role(of folder: String) -> (isMask: Bool, rest: String)? {
        let name = folder.lowercased()
        let trimmed = String(name.reversed().drop(while: \.isNumber).reversed())
        if pictureWords.contains(trimmed) { return (false, "") }
        if maskWords.contains(trimmed) { return (true, "") }
        guard let line = trimmed.lastIndex(where: { $0 == "_" || $0 == "-" }) else { return nil }
        let word = String(trimmed[trimmed.index(after: line)...])
        let rest = String(folder.prefix(trimmed.distance(from: trimmed.startIndex, to: line)))
        if pictureWords.contains(word) { return (false, rest) }
        return maskWords.contains(word) ? (true, rest) : nil
    }

    private static func split(of name: String) -> DatasetSplit? {
        switch name.lowercased().split(whereSeparator: { !$0.isLetter }).first {
        case "train", "training": .train
        case "val", "valid", "validation": .validation
        case "test", "testing": .test
        default: nil
        }
    }
}
