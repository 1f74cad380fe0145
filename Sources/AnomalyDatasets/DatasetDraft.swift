/// Pictures and masks of a data set, paired by their names and not opened yet.
struct DatasetDraft {
    typealias File = FileTree.File

    struct Item {
        var picture: File
        var className: String
        var kind: String?
        var label: DatasetLabel
        var masks: [File] = []
        var split: DatasetSplit
    }

    /// What a folder of pictures has in common.
    struct Group {
        var className: String
        var kind: String?
        var split: DatasetSplit
        var masks: MaskPresence
    }

    /// Which pictures of a group have masks.
    enum MaskPresence {
        /// None: they have no defect.
        case none
        /// All: they have defects.
        case all
        /// All, and what a mask marks says whether there is a defect.
        case allOrEmpty
        /// Those with a defect.
        case whereDefective
        /// They have no defect, and their masks, if any, mark nothing.
        case empty
    }

    var items: [Item] = []
    var faults: [DatasetFault] = []
    /// Files that the layout has a place for, faulty ones too.
    private(set) var placed: Set<File> = []
    /// Classes that should have pictures.
    var classes: [String] = []

    /// Pairs pictures with masks by their names without endings.
    ///
    /// - Parameters:
    ///   - name: of the picture that a mask with this name without ending belongs to; nil where the file is no mask.
    mutating func pair(
        _ pictures: [File], with masks: [File], _ group: Group, name: (_ maskStem: String) -> String? = { $0 }
    ) {
        placed.formUnion(pictures)
        placed.formUnion(masks)
        var unused = distinct(masks).reduce(into: [String: [File]]()) { found, mask in
            if let stem = name(mask.stem) { found[stem, default: []].append(mask) }
        }
        for picture in distinct(pictures) {
            let found = unused.removeValue(forKey: picture.stem) ?? []
            var item = Item(
                picture: picture, className: group.className, kind: group.kind, label: .normal, masks: found,
                split: group.split)
            switch group.masks {
            case .none:
                for mask in found { faults.append(.maskOfNormal(picture: picture.path, mask: mask.path)) }
            case .empty: break
            case .all, .allOrEmpty:
                item.label = .byMask
                if case .all = group.masks { item.label = .defective }
                if found.isEmpty { faults.append(.missingMask(picture: picture.path)) }
            case .whereDefective: item.label = found.isEmpty ? .normal : .defective
            }
            items.append(item)
        }
        for mask in unused.values.joined() { faults.append(.maskWithoutPicture(mask: mask.path)) }
    }

    /// Files but those of one folder that share a name without ending, which are told as a fault.
    private mutating func distinct(_ files: [File]) -> [File] {
        let groups = Dictionary(grouping: files) { $0.folder + [$0.stem] }
        let shared = groups.filter { $0.value.count > 1 }
        for files in shared.values { faults.append(.sameStem(files: files.map(\.path))) }
        return files.filter { shared[$0.folder + [$0.stem]] == nil }
    }
}
