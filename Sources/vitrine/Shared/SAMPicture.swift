import ImageCodecs
import PictureLists
import ResultFolders
import SegmentAnything

/// One picture and the SAM that is to look at it.
struct SAMPicture {
    let item: PictureItem
    let decoded: DecodedImage
    private let loaded: LoadedSAM
    /// Where the result goes, by its name; nil for a command without results.
    private let result: (output: ResultOutput, name: String)?

    /// - Parameters:
    ///   - options: a picture, or a folder or pattern of one picture.
    ///   - output: the folder for results, which is made, and what is added to the picture's name for the result's; nil
    ///     for a command without results.
    ///   - file: SAM's weights.
    /// - Throws: A ``CommandFailure``.
    init(
        _ options: PictureOptions, output: (path: String, ending: String)?,
        weights file: @autoclosure () throws -> String,
        precision: PrecisionOptions
    )
        throws
    {
        let items = try options.items(output: output?.path)
        guard items.count == 1, let item = items.first else {
            throw CommandFailure.usage("SAM takes one picture at a time, not \(items.count)")
        }
        self.item = item
        decoded = try reading(item.pathText) { try item.decoded(options.readingOptions.options) }
        item.tell(decoded.warnings)
        result = try output.map { output in
            let name = item.id + output.ending
            return (try ResultOutput(output.path, for: [name]), name)
        }
        loaded = try LoadedSAM(file: file(), precision)
    }

    var sam: SAMModel { loaded.model }
    /// The files that SAM was read from.
    var files: [WeightFile] { loaded.files }

    /// See ``LoadedSAM/asking(_:)``.
    func asking<Answer>(_ body: () throws -> Answer) throws -> Answer {
        try loaded.asking(body)
    }

    /// Writes the result whole, or leaves everything as it was; see ``ResultOutput/write(_:_:)``.
    func write(_ fill: (_ folder: String) throws -> Void) throws {
        guard let result else { return }
        do { try result.output.write(result.name, fill) } catch let error as OutputFolderError {
            throw CommandFailure.output("\(error)")
        }
    }
}
