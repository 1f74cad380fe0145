public import ImageCodecs
import PictureLists
import SystemPackage

/// The pictures of a data set with what is known about them, read from folders in one of the published layouts.
///
/// ```swift
/// let dataset = try Dataset(reading: "mvtec")                 // by its layout; an error lists every fault
/// for item in dataset.items where item.split == .test {
///     let truth = try item.truth()?.mask                      // nil for a flawless picture
/// }
/// ```
/// Nothing but the headers of pictures and masks is opened; ``examined(leavesOutFaulty:)`` reads the masks, too. Hidden files
/// are passed over, and so are the files `._x` in which other systems keep what they know of `x`.
public struct Dataset: Sendable {
    /// The folder, or the list.
    public let root: String
    /// By which the files were understood.
    public let layout: DatasetLayout
    /// Sorted by class, then by id.
    public let items: [DatasetItem]
    /// What is wrong; empty unless faulty pictures were to be left out.
    public let faults: [DatasetFault]
    /// The pictures that were left out because of a fault, sorted as ``items``.
    public let leftOut: [LeftOutPicture]
    /// Files with the names of pictures for which the layout has no place, as paths below the root.
    public let unused: [String]
    /// By which rule masks were read, and how many; empty before ``examined(leavesOutFaulty:)``.
    public let maskRules: [MaskRule: Int]

    /// The classes in their order.
    public var classes: [String] {
        items.reduce(into: []) { classes, item in if classes.last != item.className { classes.append(item.className) } }
    }
}

extension Dataset {
    /// Reads a data set.
    ///
    /// - Parameters:
    ///   - root: its folder, or a list that ends in `csv`, `jsonl` or `ndjson`.
    ///   - layout: nil recognises it.
    ///   - leavesOutFaulty: whether pictures with a fault are left out, and the faults kept in ``faults``.
    /// - Throws: ``DatasetError/faulty(root:layout:_:)`` with all faults, unless they are to be left out; other errors where
    ///   the root or its layout cannot be read.
    public init(
        reading root: String, as layout: DatasetLayout? = nil, leavesOutFaulty: Bool = false
    ) throws(DatasetError) {
        let place = FilePath(root)
        let root = place.string
        let name = place.lexicallyNormalized().lastComponent?.string ?? root
        var draft: DatasetDraft
        let known: DatasetLayout
        let folder: String
        var unused: [String] = []
        switch FileKind(place) {
        case .missing, .danglingLink: throw .notFound(root: root)
        case .folder:
            let tree = try FileTree(of: root)
            guard let found = layout ?? .recognised(in: tree) else {
                throw .unknownLayout(root: root, folders: tree.folders(in: []).compactMap(\.last))
            }
            known = found
            folder = root
            if found == .visa, let list = VisAFolders.list(in: tree) {
                draft = try ListedPictures.visa(reading: "\(root)/\(list.path)")
            } else if let read = found.draft(of: tree, name: name) {
                draft = read
            } else {
                throw .otherLayout(root: root, layout: found)
            }
            draft.faults += tree.faults
            let placed = draft.placed.union(draft.items.flatMap { [$0.picture] + $0.masks })
            unused = tree.pictures.filter { !placed.contains($0) }.map(\.path)
        default:
            known = .list
            guard ListedPictures.isList(root), (layout ?? .list) == .list else {
                throw .otherLayout(root: root, layout: layout ?? .list)
            }
            folder = place.removingLastComponent().string
            draft = try ListedPictures.draft(reading: root, name: Self.stem(of: root))
        }
        let checked = DatasetCheck(draft, below: folder.isEmpty ? "." : folder)
        if checked.faults.isEmpty || leavesOutFaulty {
            if checked.items.isEmpty { throw .nothingLeft(root: root, layout: known, checked.faults) }
            self.init(
                root: root, layout: known, items: checked.items, faults: checked.faults,
                leftOut: checked.leftOut, unused: unused, maskRules: [:])
        } else {
            throw .faulty(root: root, layout: known, checked.faults)
        }
    }
    /// What the one class of a list without classes is called.
    static func stem(of list: String) -> String { FilePath(list).stem ?? list }
}
