import ImageCodecs
import Imaging
import PictureLists
import SystemPackage

/// A class of a data set.
struct LabelledPictures {
    struct Item: Sendable {
        var picture: PictureItem
        /// The file that marks its defects; nil where there is none.
        var mask: PictureItem?
    }

    var name: String
    var items: [Item]
    /// Whether the class's folder is not the one of pictures without defect: any mask marks something.
    var hasDefects: Bool

    /// Reads the layout of the magnetic-tile data set: `<class>/Imgs` with pictures that end in .jpg or .jpeg and masks
    /// of the same stem that end in .png, in whichever case. Names are sorted by their bytes.
    ///
    /// - Throws: A ``CommandFailure`` with status `badInput`.
    static func classes(
        in folder: String, limit: Int?, options: DecodingOptions
    ) throws -> [LabelledPictures] {
        let list: PictureList
        do { list = try PictureList(of: [], and: [FilePath(folder)], output: nil) } catch {
            throw CommandFailure.badInput("\(error)")
        }
        for note in list.passedOver.notes { Terminal.complain("note: \(note)") }
        let places = list.items.map { ($0, $0.id.split(separator: "/", maxSplits: 2)) }
        let inside = places.filter { $0.1.count == 3 && $0.1[1] == "Imgs" }
        if inside.count < places.count {
            Terminal.complain(
                "note: \(places.count - inside.count) pictures lie in no folder <class>/Imgs and are not used")
        }
        let classes = Dictionary(grouping: inside) { Array($0.1[0].utf8) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .compactMap { _, found in
                LabelledPictures(String(found[0].1[0]), found.map(\.0), limit: limit, options: options)
            }
        if classes.isEmpty {
            throw CommandFailure.badInput("\(folder) holds no folder <class>/Imgs with .jpg pictures")
        }
        return classes
    }

    /// Nil for a folder without pictures.
    private init?(_ name: String, _ files: [PictureItem], limit: Int?, options: DecodingOptions) {
        let masks = Dictionary(files.filter(\.isPNG).map { ($0.stem, $0) }) { first, _ in first }
        var items = files.filter { !$0.isPNG }.map { Item(picture: $0, mask: masks[$0.stem]) }
        if let limit, limit < items.count { items = (0..<limit).map { items[$0 * items.count / limit] } }
        if items.isEmpty { return nil }
        self.name = name
        self.items = items
        // A mask that cannot be read is told when its picture's turn comes.
        hasDefects = items.contains { item in
            (try? item.mask?.decodedMask(options))?.map { !$0.mask.isEmpty } ?? false
        }
        let used = Set(files.filter { !$0.isPNG }.map(\.stem))
        let lone = masks.keys.count { !used.contains($0) }
        let bare = items.count { $0.mask == nil }
        if lone > 0 {
            Terminal.complain("note: \(name): no picture has the name of \(lone) of the \(masks.count) masks")
        }
        if hasDefects, bare > 0 {
            Terminal.complain(
                "note: \(name): \(bare) of \(items.count) pictures have no mask and count as free of defects")
        }
    }
}

extension PictureItem {
    fileprivate var isPNG: Bool { path.extension?.lowercased() == "png" }

    /// The path without its ending, as bytes.
    fileprivate var stem: [UInt8] {
        let bytes = path.bytes
        return Array(bytes[..<(bytes.lastIndex(of: UInt8(ascii: ".")) ?? bytes.endIndex)])
    }
}
