import ImageCodecs
import SegmentAnything

/// One picture and the SAM that is to look at it.
struct SAMPicture {
    let item: PictureItem
    let decoded: DecodedImage
    let sam: SAMModel
    /// The files that SAM was read from.
    let files: [WeightFile]

    /// - Parameters:
    ///   - arguments: what stands on the command line: a picture, or a folder or pattern of one picture.
    ///   - output: the folder for results, which is made; nil where there is none.
    ///   - file: SAM's weights.
    /// - Throws: A ``CommandFailure``.
    init(_ arguments: [String], output: String?, weights file: @autoclosure () throws -> String) throws {
        let items = try PictureList.collect(arguments, excluding: output ?? "")
        guard items.count == 1, let item = items.first else {
            throw CommandFailure.usage("SAM takes one picture at a time, not \(items.count)")
        }
        self.item = item
        decoded = try reading(item.path) { try ImageFile.decode(item.path) }
        if let output { try ResultFolder.prepare(output) }
        let loaded = try LoadedSAM(file: file())
        sam = loaded.model
        files = loaded.files
    }
}
