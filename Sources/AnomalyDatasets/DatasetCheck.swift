import ImageCodecs
import Imaging

/// Looks at the headers of all pictures and masks of a draft.
struct DatasetCheck {
    /// Those without a fault, sorted by class, then by id.
    private(set) var items: [DatasetItem] = []
    /// Those with a fault, in the same order.
    private(set) var leftOut: [LeftOutPicture] = []
    /// Sorted by their sentences.
    private(set) var faults: [DatasetFault]

    private let folder: String

    init(_ draft: DatasetDraft, below folder: String) {
        self.folder = folder
        faults = draft.faults
        var broken: [String: DatasetFault] = [:]
        for fault in draft.faults {
            for picture in fault.pictures { broken[picture] = fault }
        }
        var seen: Set<String> = []
        var found: [DatasetItem] = []
        for item in draft.items {
            let id = item.picture.path
            if !seen.insert(id).inserted {
                faults.append(.listedTwice(picture: id))
                broken[id] = .listedTwice(picture: id)
                continue
            }
            if let fault = check(item) { broken[id] = fault }
            found.append(
                DatasetItem(
                    id: id, picture: path(item.picture), className: item.className, kind: item.kind, label: item.label,
                    masks: item.masks.map(path), split: item.split))
        }
        found.sort { one, other in
            one.className == other.className
                ? one.id.utf8.lexicographicallyPrecedes(other.id.utf8)
                : one.className.utf8.lexicographicallyPrecedes(other.className.utf8)
        }
        items = found.filter { broken[$0.id] == nil }
        leftOut = found.compactMap { item in broken[item.id].map { LeftOutPicture(item: item, fault: $0) } }
        let known = Set(draft.items.map(\.className))
        for name in Set(draft.classes).subtracting(known) { faults.append(.emptyClass(name: name)) }
        faults = faults.map { ("\($0)", $0) }.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }.map(\.1)
    }

    private func path(_ file: FileTree.File) -> String { file.names.first == "" ? file.path : "\(folder)/\(file.path)" }

    /// The first fault of a picture and its masks; all of them are told.
    private mutating func check(_ item: DatasetDraft.Item) -> DatasetFault? {
        var own: [DatasetFault] = []
        let size = size(of: item.picture, &own)
        for mask in item.masks {
            guard let maskSize = self.size(of: mask, &own), let size, maskSize != size else { continue }
            own.append(.sizesDiffer(picture: item.picture.path, size: size, mask: mask.path, maskSize: maskSize))
        }
        faults += own
        return own.first
    }

    private func size(of file: FileTree.File, _ faults: inout [DatasetFault]) -> ImageSize? {
        do throws(ImageCodecError) {
            return try ImageFile.outline(of: path(file)).size
        } catch .notFound {
            faults.append(.missingFile(file: file.path))
        } catch {
            faults.append(.unreadable(file: file.path, error))
        }
        return nil
    }
}
