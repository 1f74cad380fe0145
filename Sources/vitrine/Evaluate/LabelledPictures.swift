import AnomalyDatasets
import JSONText
import Manifests
import PictureLists
import RunJournals
import SystemPackage

/// The pictures of a data set for measuring, by the rows of the table.
struct LabelledPictures {
    struct Item: RunItem {
        var picture: PictureItem
        /// The row of the table that it belongs to.
        var className: String
        /// What it shows, in plain English.
        var object: String
        /// What is wrong with it, as the data set says.
        var kind: String?
        /// The files that mark its defects.
        var masks: [PictureItem]
        /// Why it cannot be used.
        var fault: DatasetFault?

        var files: [PictureItem] { [picture] + masks }
    }

    /// Row by row.
    private(set) var items: [Item] = []
    /// What each row's pictures show.
    private(set) var objects: [String: String] = [:]
    /// Of all pictures, whatever part of them ``items`` is: how many, and a digest of what the data set says of them.
    let whole: RunRecord.Pictures
    let record: DatasetRecord
    /// Which published data set it is; nil for any other.
    let published: PublishedDataset?

    /// Reads a data set. Its rows are its classes; those of magnetic tiles are their kinds of defects.
    ///
    /// - Parameters:
    ///   - layout: nil recognises it.
    ///   - skipsBroken: whether pictures with a fault fail each for itself, and do not end the command.
    ///   - limit: at most so many pictures of each row, evenly chosen.
    ///   - object: what all pictures show; nil where the names of the classes say it.
    /// - Throws: A ``CommandFailure`` with status `badInput`, after all faults were told.
    init(
        in folder: String, layout: DatasetLayout?, skipsBroken: Bool, limit: Int?, object: String?
    ) throws {
        let dataset = try Self.dataset(in: folder, layout: layout, skipsBroken: skipsBroken)
        func row(_ item: DatasetItem) -> String {
            dataset.layout == .magneticTile ? String(item.id.prefix { $0 != "/" }) : item.className
        }
        let sound = Dictionary(grouping: dataset.items.filter { $0.split == .test }, by: row)
        let broken = Dictionary(grouping: dataset.leftOut.filter { $0.item.split == .test }) { row($0.item) }
        let names = Set(sound.keys).union(broken.keys).sorted { $0.precedesByBytes($1) }
        if names.isEmpty { throw CommandFailure.badInput("\(folder) holds no pictures for measuring") }
        var lines = [dataset.layout.rawValue]
        for name in names {
            var chosen = sound[name] ?? []
            if let limit, limit < chosen.count {
                chosen = (0..<limit).map { chosen[$0 * chosen.count / limit] }
            }
            let found = chosen.map { ($0, DatasetFault?.none) } + (broken[name] ?? []).map { ($0.item, $0.fault) }
            for (item, fault) in found {
                let shown = try object ?? Self.object(of: item, in: dataset)
                objects[name] = shown
                items.append(Item(item, row: name, object: shown, fault))
                lines.append(
                    try encodedJSON([item.id, name, item.kind ?? ""] + item.masks.map(dataset.relative)))
            }
        }
        // In which order the rows come makes no difference to what they say.
        let text = lines.sorted { $0.precedesByBytes($1) }.joined(separator: "\n")
        whole = RunRecord.Pictures(count: items.count, digest: ContentStamp.digest(of: Array(text.utf8)))
        published = dataset.published
        record = DatasetRecord(
            root: dataset.root, layout: dataset.layout.rawValue, faults: dataset.faults.map { "\($0)" },
            unused: dataset.unused.count)
    }

    /// Takes one part of the pictures and leaves the others out.
    mutating func keep(_ shard: Shard) { items.removeAll { !shard.contains($0.picture.id) } }

    /// Of the pictures, sorted by their bytes.
    var ids: [String] { items.map(\.picture.id).sorted { $0.precedesByBytes($1) } }

    private static func object(of item: DatasetItem, in dataset: Dataset) throws -> String {
        do throws(DatasetError) { return try dataset.objectName(ofClass: item.className) } catch {
            throw CommandFailure.badInput("\(error) (--object)")
        }
    }

    private static func dataset(in folder: String, layout: DatasetLayout?, skipsBroken: Bool) throws -> Dataset {
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
        return dataset
    }
}

extension LabelledPictures.Item {
    fileprivate init(_ item: DatasetItem, row: String, object: String, _ fault: DatasetFault?) {
        picture = PictureItem(path: FilePath(item.picture), id: item.id)
        masks = item.masks.map { PictureItem(path: FilePath($0), id: item.id) }
        className = row
        kind = item.kind
        self.object = object
        self.fault = fault
    }
}
