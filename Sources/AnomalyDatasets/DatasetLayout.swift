/// The forms in which data sets are published.
///
/// Names of folders and endings of files count in whichever case. A data set without folders for classes has one class,
/// called as its root folder.
public enum DatasetLayout: String, Hashable, Sendable, Codable, CaseIterable {
    /// MVTec AD. Classes with `test/KIND` and `ground_truth/KIND/NAME_mask`.
    case mvtecAD = "mvtec-ad"
    /// MVTec AD 2, of which the public test pictures have truths.
    case mvtecAD2 = "mvtec-ad-2"
    /// MPDD, laid out as MVTec AD.
    case mpdd
    /// BTAD, whose flawless pictures are in `ok` and the others in `ko`.
    case btad
    /// VisA as published, with or without its list `split_csv/1cls.csv`.
    case visa
    /// VisA after its authors' script, laid out as MVTec AD with the one kind `bad`.
    case visaReorganised = "visa-1cls"
    /// KolektorSDD: `kosNN/PartN` with `kosNN/PartN_label`.
    case kolektorSDD = "kolektor-sdd"
    /// KolektorSDD2: `train` and `test` with `NAME` and `NAME_GT`.
    case kolektorSDD2 = "kolektor-sdd2"
    /// DAGM 2007: `ClassN/Train` and `ClassN/Test`, each with `Label/NAME_label`.
    case dagm
    /// Magnetic tile defects: `MT_KIND/Imgs` with a mask beside each picture.
    case magneticTile = "magnetic-tile"
    /// NEU-Seg: `images/training` and `annotations/training`, and the same for `test`.
    case neuSeg = "neu-seg"
    /// AITEX: `Defect_images`, `Mask_images` with `NAME_mask`, and `NODefect_images`.
    case aitex
    /// DeepCrack: `train_img` and `train_lab`, and the same for `test`.
    case deepCrack = "deep-crack"
    /// Folders of pictures beside folders of masks of the same names, such as `images` and `masks`.
    case folders
    /// A list of pictures: CSV with a head, or a JSON object a line.
    case list

    /// What its folders look like.
    public var form: String {
        switch self {
        case .mvtecAD, .mpdd: "it needs CLASS/test/good, CLASS/test/KIND and CLASS/ground_truth/KIND"
        case .mvtecAD2: "it needs CLASS/test_public/good, CLASS/test_public/bad and CLASS/test_public/ground_truth/bad"
        case .btad: "it needs CLASS/test/ok, CLASS/test/ko and CLASS/ground_truth/ko"
        case .visa: "it needs CLASS/Data/Images/Normal, CLASS/Data/Images/Anomaly and CLASS/Data/Masks/Anomaly"
        case .visaReorganised: "it needs CLASS/test/good, CLASS/test/bad and CLASS/ground_truth/bad"
        case .kolektorSDD: "it needs kosNN/PartN and kosNN/PartN_label"
        case .kolektorSDD2: "it needs test/NAME and test/NAME_GT"
        case .dagm: "it needs ClassN/Test/NAME and ClassN/Test/Label/NAME_label"
        case .magneticTile: "it needs MT_KIND/Imgs with masks of the pictures' names"
        case .neuSeg: "it needs images/test and annotations/test"
        case .aitex: "it needs Defect_images, Mask_images and NODefect_images"
        case .deepCrack: "it needs test_img and test_lab"
        case .folders: "it needs a folder of pictures, such as images, beside one of masks, such as masks"
        case .list: "it needs a file that ends in csv, jsonl or ndjson, with a path for each picture"
        }
    }

    /// The first layout that the folders fit, the more particular ones first.
    static func recognised(in tree: FileTree) -> DatasetLayout? {
        if !VisAFolders.classes(in: tree).isEmpty { return .visa }
        if !ClassFolders.mvtecAD2.classes(in: tree).isEmpty { return .mvtecAD2 }
        let classes = ClassFolders.mvtecAD.classes(in: tree) + ClassFolders.btad.classes(in: tree)
        if !classes.isEmpty { return ClassFolders.kind(of: classes, in: tree) }
        if !TileFolders.folders(in: tree).isEmpty { return .magneticTile }
        if !SuffixPairs.kolektorFolders(in: tree).isEmpty { return .kolektorSDD }
        if !SuffixPairs.textureFolders(in: tree).isEmpty { return .dagm }
        if SuffixPairs.isKolektorSDD2(tree) { return .kolektorSDD2 }
        if FabricFolders.isFabric(tree) { return .aitex }
        return FolderPairs.layout(of: tree)
    }

    /// The pictures and masks; nil where the folders are not those of this layout.
    func draft(of tree: FileTree, name: String) -> DatasetDraft? {
        let draft =
            switch self {
            case .mvtecAD, .mpdd, .visaReorganised: ClassFolders.mvtecAD.draft(of: tree, name: name)
            case .mvtecAD2: ClassFolders.mvtecAD2.draft(of: tree, name: name)
            case .btad: ClassFolders.btad.draft(of: tree, name: name)
            case .visa: VisAFolders.draft(of: tree)
            case .kolektorSDD: SuffixPairs.kolektorSDD(tree, name: name)
            case .kolektorSDD2: SuffixPairs.kolektorSDD2(tree, name: name)
            case .dagm: SuffixPairs.dagm(tree)
            case .magneticTile: TileFolders.draft(of: tree, name: name)
            case .aitex: FabricFolders.draft(of: tree, name: name)
            case .neuSeg, .deepCrack, .folders: FolderPairs.draft(of: tree, name: name)
            case .list: DatasetDraft()
            }
        return draft.items.isEmpty && draft.faults.isEmpty ? nil : draft
    }
}
