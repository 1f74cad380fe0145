import ArgumentParser
import ImageCodecs
import PictureLists
import SystemPackage

/// Which pictures a command works on, and how they are read.
struct PictureOptions: ParsableArguments {
    @OptionGroup var sources: PictureSources

    @Option(help: "A manifest (vitrine plan) with the pictures, in place of naming them.")
    var manifest: String?

    @Option(
        help: """
            Do one part of the pictures: 2/8 is the second of eight, by a hash of each picture's name in the output \
            folder; auto takes it from Slurm's variables for a task of a job array.
            """)
    var shard: ShardArgument?

    @OptionGroup var readingOptions: PictureReadingOptions

    func validate() throws {
        if manifest != nil, !sources.isEmpty {
            throw ValidationError("name pictures or a manifest (--manifest), not both")
        }
    }

    /// Whether no picture is named, in whichever way.
    var isEmpty: Bool { sources.isEmpty && manifest == nil }

    /// The pictures, and the whole of which they are a part.
    ///
    /// - Parameter output: where results go, which is not searched.
    /// - Throws: A ``CommandFailure``.
    func job(output: String? = nil) throws -> PictureJob {
        let shard = try shard?.resolved()
        if let manifest { return try PictureJob(manifest: manifest, shard: shard) }
        return try PictureJob(try sources.items(output: output), shard: shard)
    }

    /// The pictures alone.
    func items(output: String? = nil) throws -> [PictureItem] {
        if manifest == nil, shard == nil { return try sources.items(output: output) }
        let job = try job(output: output)
        if job.items.isEmpty, let shard = job.shard {
            Terminal.complain(
                "note: shard \(shard) has none of the \(job.manifest.count) pictures; there is nothing to do")
        }
        return job.items
    }
}

/// Where pictures are named.
struct PictureSources: ParsableArguments {
    @Argument(help: "Pictures (PNG, JPEG, BMP), folders of pictures, or patterns with * and ?.")
    var pictures: [PathArgument] = []

    @Option(
        help: """
            A file with the paths of further pictures and folders, one a line, or - for standard input. Names in it are \
            no patterns.
            """)
    var filesFrom: PathArgument?

    @Flag(
        name: [.customShort("0"), .customLong("null")],
        help: "Names of --files-from end in zero bytes, as find -print0 writes them.")
    var endsInZero = false

    func validate() throws {
        if endsInZero, filesFrom == nil { throw ValidationError("--null goes with --files-from") }
    }

    /// Whether no picture is named, in whichever way.
    var isEmpty: Bool { pictures.isEmpty && filesFrom == nil }

    /// All paths that stand on the command line.
    var paths: [PathArgument] { pictures + [filesFrom].compactMap { $0 } }

    /// The pictures. What was passed over while they were looked for is told on standard error.
    ///
    /// - Parameter output: where results go, which is not searched.
    /// - Throws: A ``CommandFailure`` with status `badInput`.
    func items(output: String? = nil) throws -> [PictureItem] {
        do {
            let names = try filesFrom.map { file in
                try NameList.read(file.path == "-" ? nil : file.path, endsInZero: endsInZero)
            }
            let list = try PictureList(
                of: pictures.map(\.path), and: names ?? [], output: output.map { FilePath($0) })
            for note in list.passedOver.notes { Terminal.complain("note: \(note)") }
            return list.items
        } catch let error as PictureListError {
            throw CommandFailure.badInput("\(error)\(error.flagHint)")
        }
    }
}

/// A command that works on pictures.
protocol ReadsPictures: ParsableCommand {
    var pictureOptions: PictureOptions { get }
}

/// How pictures are read.
struct PictureReadingOptions: ParsableArguments {
    @Flag(help: "Turn pictures upright as their EXIF orientation says; otherwise pixels stay as they are stored.")
    var applyOrientation = false

    @Flag(help: "Accept damaged pictures as far as they can be read.")
    var lenientImages = false

    @Option(help: "Larger pictures are refused, by their header.")
    var maxPixels = DecodingOptions().maximumPixels

    @Option(
        help: """
            The memory that the command may take: bytes, or a number such as 500M or 2G. A picture that needs more is \
            refused by its header, and the others go on. Without it nine tenths of what the control group, ulimit -v or \
            the machine has.
            """)
    var maxMemory: ByteCount?

    func validate() throws {
        if maxPixels < 1 { throw ValidationError("--max-pixels takes a positive number, not \(maxPixels)") }
    }

    var options: DecodingOptions {
        var options = DecodingOptions()
        options.appliesOrientation = applyOrientation
        options.isLenient = lenientImages
        options.maximumPixels = maxPixels
        options.maximumDecodingBytes =
            maxMemory?.bytes ?? min(options.maximumDecodingBytes, MemoryAllowance().bytes)
        return options
    }
}

/// The path of a file or folder, byte for byte.
struct PathArgument: ExpressibleByArgument {
    var path: FilePath

    init(argument: String) { path = FilePath(bytes: RawArguments.bytes(of: argument)) }
}

/// A number of bytes, as it is written or with a letter for a power of 1024: `500M`, `1.5G`.
struct ByteCount: ExpressibleByArgument {
    var bytes: Int

    init?(argument: String) {
        let units = ["K", "M", "G", "T"]
        let upper = argument.uppercased()
        let unit = units.firstIndex { upper.hasSuffix($0) }
        let factor = Double(1 << (10 * ((unit ?? -1) + 1)))
        guard let number = Double(unit == nil ? upper : String(upper.dropLast())), number > 0,
            let bytes = Int(exactly: (number * factor).rounded())
        else { return nil }
        self.bytes = bytes
    }
}

extension PictureItem {
    /// The bytes of the file.
    ///
    /// - Throws: `ImageCodecError`.
    func contents(_ options: DecodingOptions) throws -> [UInt8] {
        try path.withPlatformString { try ImageFile.contents(ofPath: $0, name: pathText, options: options) }
    }

    /// The picture, decoded.
    ///
    /// - Throws: `ImageCodecError`.
    func decoded(_ options: DecodingOptions) throws -> DecodedImage {
        try ImageFile.decode(try contents(options), name: pathText, options: options)
    }

    /// The file read as a mask.
    ///
    /// - Throws: `ImageCodecError`.
    func decodedMask(_ options: DecodingOptions) throws -> DecodedMask {
        try ImageFile.decodeMask(try contents(options), name: pathText, options: options)
    }
}
