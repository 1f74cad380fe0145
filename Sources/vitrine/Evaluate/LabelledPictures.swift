public import AnomalyDatasets
public import ArgumentParser
import PictureLists
import SystemPackage

extension DatasetLayout: ExpressibleByArgument {}

/// Pictures of a data set that make a row of the table together.
struct LabelledPictures {
    struct Item: Sendable {
        var picture: PictureItem
        /// The files that mark its defects.
        var masks: [PictureItem]
        /// Why it cannot be used.
        var fault: DatasetFault?
    }

    var name: String
    var items: [Item]
    /// Whether the data set itself says that there are defects. Where it leaves that to the masks, measuring finds out.
    var hasDefects: Bool

    /// The pictures for measuring, by class; those of magnetic tiles by their kinds of defects.
    ///
    /// - Parameters:
    ///   - layout: nil recognises it.
    ///   - skipsBroken: whether pictures with a fault fail each for itself, and do not end the command.
    ///   - limit: at most so many pictures of each class, evenly chosen.
    /// - Throws: A ``CommandFailure`` with status `badInput`, after all faults were told.
    static func classes(
        in folder: String, layout: DatasetLayout?, skipsBroken: Bool, limit: Int?
    ) throws -> [LabelledPictures] {
        let dataset: Dataset
        do throws(DatasetError) {
            dataset = try Dataset(reading: folder, as: layout, leavesOutFaulty: skipsBroken)
        } catch .faulty(let root, let layout, let faults) {
            for fault in faults { Terminal.complain("\(fault)") }
            throw CommandFailure.badInput(
                "\(DatasetError.faulty(root: root, layout: layout, faults)) (--skip-broken)")
        } catch .unknownLayout(let root, let folders) {
            let names = DatasetLayout.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure.badInput(
                "\(DatasetError.unknownLayout(root: root, folders: folders)); --dataset takes \(names)")
        } catch {
            throw CommandFailure.badInput("\(error)")
        }
        let ofPictures = Set(dataset.leftOut.map(\.fault))
        for fault in dataset.faults where !ofPictures.contains(fault) { Terminal.complain("note: \(fault)") }
        if !dataset.unused.isEmpty {
            Terminal.complain(
                "note: pictures without a place in the layout \(dataset.layout.rawValue), which are not used: "
                    + "\(dataset.unused.count)")
        }
        func group(_ item: DatasetItem) -> String {
            dataset.layout == .magneticTile ? String(item.id.prefix { $0 != "/" }) : item.className
        }
        let sound = Dictionary(grouping: dataset.items.filter { $0.split == .test }, by: group)
        let broken = Dictionary(grouping: dataset.leftOut.filter { $0.item.split == .test }) { group($0.item) }
        let names = Set(sound.keys).union(broken.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        if names.isEmpty { throw CommandFailure.badInput("\(folder) holds no pictures for measuring") }
        return names.map { name in
            var chosen = sound[name] ?? []
            if let limit, limit < chosen.count {
                chosen = (0..<limit).map { chosen[$0 * chosen.count / limit] }
            }
            return LabelledPictures(
                name: name,
                items: chosen.map { Item($0) } + (broken[name] ?? []).map { Item($0.item, $0.fault) },
                hasDefects: chosen.contains { $0.label == .defective })
        }
    }
}

extension LabelledPictures.Item {
    fileprivate init(_ item: DatasetItem, _ fault: DatasetFault? = nil) {
        picture = PictureItem(path: FilePath(item.picture), id: item.id)
        masks = item.masks.map { PictureItem(path: FilePath($0), id: item.id) }
        self.fault = fault
    }
}
