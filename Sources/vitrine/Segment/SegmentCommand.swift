import AnomalySegmentation
import ArgumentParser
import Foundation
import ImageCodecs
import Imaging
import Logging
import PictureLists
import Tensors
import TerminalText

/// Pictures in, outlines, maps, masks and a record of each out.
struct SegmentCommand: ReadsPictures {
    static let configuration = CommandConfiguration(
        commandName: "segment",
        abstract: "Outlines the defects in pictures.",
        discussion: """
            For the picture parts/b.jpg under a named folder, the folder OUTPUT/parts/b.jpg holds: overlay.png (the \
            outline over the picture, the heat beside it), heatmap.png, mask.png (0 or 255), map.png (16 bits, its \
            scale in text chunks), map.npy (float32, height x width) and result.json; --keep chooses among them. All \
            but overlay.png have the picture's own size.
            """)

    @OptionGroup var pictureOptions: PictureOptions

    @Option(help: "What the pictures show, in plain English, for example \"magnetic tile\".")
    var object: String

    @Option(
        help: "The folder for the results. It is made when missing. Pictures that are done there are not done again.")
    var output: String?

    @Flag(help: "Print every sentence that describes the object, and do nothing else.")
    var showPrompts = false

    @OptionGroup var models: ModelOptions
    @OptionGroup var anomalyOptions: AnomalyOptions
    @OptionGroup var tiling: TilingOptions
    @OptionGroup var limit: RunLimitOptions

    @OptionGroup var resultOptions: ResultOptions
    @OptionGroup var exports: ExportOptions
    @OptionGroup var stdioOptions: StdioOptions
    @OptionGroup var batch: BatchOptions

    @Flag(help: "Print one JSON line a picture on standard output, failures included.")
    var json = false

    @Flag(help: "Mark the point prompts in overlay.png: green for the defect, orange for its surroundings.")
    var showPoints = false

    @Flag(help: "Print how long each stage took.")
    var timings = false

    @Flag(help: "Leave times and thread count out of result.json, so that equal runs give equal bytes.")
    var reproducible = false

    @Flag(name: .shortAndLong, help: "No progress bar and no log but errors.")
    var quiet = false

    func validate() throws {
        if !showPrompts { try stdioOptions.check(pictureOptions) }
        if !showPrompts, output == nil, !stdioOptions.stdio {
            throw ValidationError("name the folder for the results with --output")
        }
        if stdioOptions.stdio, exports.record != nil {
            throw ValidationError("--export is about all pictures of a run; with --stdio leave it out")
        }
        if object.allSatisfy(\.isWhitespace) {
            throw ValidationError("--object is empty; name what the pictures show, for example \"metal plate\"")
        }
    }

    func run() throws {
        let setup = try anomalyOptions.resolved()
        if showPrompts {
            try show(setup.configuration.text.expansion(for: object), setup.configuration.map)
            return
        }
        limit.apply()
        try models.threadOptions.apply()
        let memory = try PictureMemory(pictureOptions.readingOptions, models)
        if stdioOptions.stdio {
            let results = try output.map { try ResultOutput($0, for: []) }
            let (segmenter, files) = try loaded(setup)
            let requests = SegmentRequests(
                command: self, memory: memory, results: results, segmenter: segmenter, files: files)
            let status = try requests.run()
            if status != .success { throw ExitCode(status.rawValue) }
            return
        }
        guard let output else { return }
        let job = try pictureOptions.job(output: output)
        let folder = batch.dryRun ? nil : try RunFolder(output, job.ids, .segment, startsAnew: batch.overwrite)
        let log = Log(isQuiet: quiet)
        let remaining = try RemainingPictures(
            of: job.items, in: output, .segment, try folder?.journal ?? batch.journal(of: output, job.ids),
            retriesFailed: batch.retryFailed, note: log.info)
        // The first picture is decoded while the models are loaded.
        let pictures = SegmentRun.read(remaining.items, self, memory)
        let (segmenter, files) = try loaded(setup)
        guard let folder else {
            let estimate = SegmentEstimate(job: job, remaining: remaining, object: object, tiling: tiling.tiling)
            for line in try estimate.lines(pictures, segmenter) { try Terminal.write(line) }
            return
        }
        log.info("\(remaining.summary), \(ComputeThreads.count) threads")

        let run = SegmentRun(command: self, job: job, folder: folder, segmenter: segmenter, files: files, log: log)
        let status = try run.work(through: pictures, remaining)
        if status != .success, !(status == .someFailed && batch.partialOk) { throw ExitCode(status.rawValue) }
    }

    /// The segmenter, and all files that its results depend on.
    private func loaded(_ setup: AnomalySetup) throws -> (AnomalySegmenter, [WeightFile]) {
        let models = try LoadedModels(models, activation: setup.configuration.map.activation)
        let segmenter = try setup.segmenter(models, textCache: anomalyOptions.cache.textVectors())
        try models.prepare([object]) { name throws(AnomalySegmentationError) in
            _ = try segmenter.textVectors(for: name)
        }
        return (segmenter, models.files + setup.files)
    }

    private func show(_ expansion: PromptExpansion, _ map: AnomalyMapConfiguration) throws {
        if case .learntPrompts = map.producer {
            throw CommandFailure.usage("--map anomalyclip has learnt vectors in the place of sentences: none to show")
        }
        for state in PromptTable.State.allCases {
            let sentences = expansion.sentences(state)
            try Terminal.write("\(state.rawValue), \(sentences.count) sentences:")
            for sentence in sentences { try Terminal.write("  \(printable(sentence))") }
        }
    }
}

/// Logs go to standard error, so that standard output holds records alone.
struct Log {
    private var logger: Logger

    init(isQuiet: Bool) {
        logger = Logger(label: "vitrine") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = isQuiet ? .error : .info
    }

    func info(_ message: String) { logger.info("\(printable(message))") }
    func warning(_ message: String) { logger.warning("\(printable(message))") }
    func error(_ message: String) { logger.error("\(printable(message))") }
}
