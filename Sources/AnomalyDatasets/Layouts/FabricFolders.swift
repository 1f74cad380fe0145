/// AITEX: pictures of fabric, `NNNN_DDD_FF`, where `DDD` is the number of the defect and `FF` of the fabric.
enum FabricFolders {
    static func isFabric(_ tree: FileTree) -> Bool {
        tree.folder("defect_images", in: []) != nil && tree.folder("mask_images", in: []) != nil
    }

    static func draft(of tree: FileTree, name: String) -> DatasetDraft {
        var draft = DatasetDraft()
        guard let defective = tree.folder("defect_images", in: []), let masks = tree.folder("mask_images", in: [])
        else {
            return draft
        }
        draft.pair(
            tree.pictures(below: defective), with: tree.pictures(below: masks),
            .init(className: name, kind: nil, split: .test, masks: .all), name: picture)
        for index in draft.items.indices { draft.items[index].kind = kind(of: draft.items[index].picture.stem) }
        if let normal = tree.folder("nodefect_images", in: []) {
            draft.pair(
                tree.pictures(below: normal), with: [], .init(className: name, kind: nil, split: .test, masks: .none))
        }
        return draft
    }

    private static func kind(of stem: String) -> String? {
        let parts = stem.split(separator: "_")
        return parts.count >= 3 ? String(parts[1]) : nil
    }

    /// `0044_019_02` for `0044_019_02_mask` and `0044_019_02_mask1`: a picture may have several masks.
    private static func picture(ofMask stem: String) -> String? {
        let withoutNumber = String(stem.reversed().drop(while: \.isNumber).reversed())
        return withoutNumber.lowercased().hasSuffix("_mask") ? String(withoutNumber.dropLast(5)) : nil
    }
}
