import AnomalyDatasets
import AnomalyMetrics
import AnomalySegmentation
import ArgumentParser
import Foundation
import ImageCodecs
import Imaging
import Manifests
import SegmentAnything

/// Measures maps and masks against pictures whose defects are known.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measures the map alone, with PPG and with CPS on pictures with known defects.",
        discussion: """
            The data set has the layout in which it was published, or pictures beside masks of the same names, or is a \
            list in CSV or JSON lines; the layout is recognised, or named with --dataset. Whatever is broken in it is \
            told before a model is loaded. What is defect in a mask, the numbers in its file decide; the rule is \
            printed. The pixels of all test pictures of a class are pooled at the pictures' own sizes; maps are never \
            scaled by picture. Classes without any defect have no row of their own.

            With --output the folder gets results.json, pictures.jsonl, pictures.csv, table.md, run.json and \
            report.html, and what the files are made of is kept in it: a run that was stopped goes on, and the shards \
            of several machines are put together with vitrine merge.
            """)

    @OptionGroup var pictures: DatasetOptions

    @Option(
        name: .shortAndLong,
        help: "A folder for the results. It is made when missing. Pictures that are done there are not done again.")
    var output: String?

    @Option(help: "Do one part of the pictures: 2/8 is the second of eight; auto takes it from Slurm. Needs --output.")
    var shard: ShardArgument?

    @Flag(
        inversion: .prefixedNo,
        help: "Write report.html into the folder: table, curves, and each picture with all steps, in one page.")
    var report = true

    @OptionGroup var readingOptions: PictureReadingOptions
    @OptionGroup var models: ModelOptions
    @OptionGroup var anomalyOptions: AnomalyOptions

    @Flag(
        help: """
            Compare more ways: two stages of CPS, no negatives and each rule for them, each way to join map and masks, and \
            the map of each published method that the weights allow. Each picture is encoded once for all that ask for \
            the same.
            """)
    var ablation = false

    @OptionGroup var encodings: EncodingOptions

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    @Flag(name: .shortAndLong, help: "No progress bar and no log but errors.")
    var quiet = false

    @OptionGroup var batch: BatchOptions
    @OptionGroup var runLimit: RunLimitOptions

    func validate() throws {
        if output == nil, shard != nil || !batch.isUsual {
            throw ValidationError("--shard, and the flags about runs that go on, need a folder: --output")
        }
    }

    func run() throws {
        runLimit.apply()
        try models.threadOptions.apply()
        let shard = try shard?.resolved()
        var dataset = try pictures.pictures()
        if let shard { dataset.keep(shard) }
        let setup = try anomalyOptions.resolved()
        let store = encodings.store()
        defer { if let store, store.usage.pictures > 0 { Log(isQuiet: quiet).info(store.usage.sentence) } }
        func prepare() throws -> Prepared { try prepared(for: dataset, setup, store) }
        if let output { try keep(dataset, shard, prepare, in: output) } else { try measure(dataset, prepare) }
    }

    /// What is compared, once the models are there.
    private struct Prepared {
        let settings: EvaluateSettings
        let evaluation: Evaluation
        /// The digests of all files that it depends on.
        let weights: Pending<[WeightFileRecord]>
    }

    /// Loads the models. Whatever can be refused without them was refused before.
    private func prepared(
        for dataset: LabelledPictures, _ setup: AnomalySetup, _ store: EncodingStore?
    ) throws -> Prepared {
        let loaded = try LoadedModels(models, activation: setup.configuration.map.activation)
        // Which maps can be compared, the models say.
        let variants = ablation ? Self.ablation(setup, loaded) : AnomalyVariant.usual(setup.configuration)
        let settings = try EvaluateSettings(
            configuration: setup.configuration, variants: variants.map(\.name),
            variantSettings: Dictionary(
                uniqueKeysWithValues: variants.map {
                    ($0.name, try VariantRecord($0, base: setup.configuration))
                }),
            objects: dataset.objects, withNormal: pictures.withNormal, limit: pictures.limit,
            applyOrientation: readingOptions.applyOrientation, lenientImages: readingOptions.lenientImages,
            report: report, keepsEncodings: encodings.keepEncodings == nil ? nil : true, published: dataset.published)
        let segmenter = try setup.segmenter(
            loaded, of: variants, textCache: anomalyOptions.cache.textVectors(), encodings: store)
        try loaded.prepare(Set(settings.objects.values).sorted(), segmenter.prepare)
        let weights = WeightFileRecord.pending(of: loaded.files + setup.files, cache: anomalyOptions.cache)
        return Prepared(settings: settings, evaluation: Evaluation(segmenter: segmenter), weights: weights)
    }

    /// The variants of an ablation; the methods that cannot be compared are told.
    private static func ablation(_ setup: AnomalySetup, _ models: LoadedModels) -> [AnomalyVariant] {
        let (variants, unusable) = AnomalyVariant.ablation(
            of: setup.configuration, clip: models.clip, mapWeights: setup.mapWeights)
        for method in unusable {
            Terminal.complain("note: \(method.method.rawValue) is not compared: \(method.reason)")
        }
        return variants
    }

    private func measure(_ dataset: LabelledPictures, _ prepare: () throws -> Prepared) throws {
        // Before the models are loaded, so that a request to stop has its sentence from here on.
        var loop = PictureLoop(
            total: dataset.items.count,
            whenStopped: "no table was made; allow more time, keep what is done with --output, or take fewer pictures "
                + "with --limit",
            showsBar: !quiet)
        let prepared = try prepare()
        let record = try EvaluateRecord.measured(
            dataset, prepared.settings, prepared.evaluation, readingOptions.options, &loop, weights: prepared.weights)
        if let record { try show(record, prepared.settings) }
        try loop.end()
    }

    private func keep(
        _ dataset: LabelledPictures, _ shard: Shard?, _ prepare: () throws -> Prepared, in output: String
    ) throws {
        let ids = dataset.ids
        let folder = batch.dryRun ? nil : try RunFolder(output, ids, .evaluate, startsAnew: batch.overwrite)
        let log = Log(isQuiet: quiet)
        let remaining = try RemainingPictures(
            of: dataset.items, in: output, .evaluate, try folder?.journal ?? batch.journal(of: output, ids),
            retriesFailed: batch.retryFailed, note: log.info)
        guard let folder else { return try Terminal.write(remaining.summary) }
        let pictures = EvaluationRun.read(remaining.items, readingOptions.options)
        let prepared = try prepare()
        log.info(remaining.summary)
        let run = EvaluationRun(
            evaluation: prepared.evaluation, settings: prepared.settings, dataset: dataset, shard: shard)
        let status = try run.work(
            through: pictures, remaining, in: folder, RunProgress(remaining, batch, isQuiet: quiet), log,
            weights: prepared.weights)
        if status == .success || status == .someFailed {
            try show(try EvaluatedFolder(done: output).results(), prepared.settings)
        }
        if status != .success, !(status == .someFailed && batch.partialOk) { throw ExitCode(status.rawValue) }
    }

    private func show(_ record: EvaluateRecord, _ settings: EvaluateSettings) throws {
        try Terminal.write(json ? try record.json() : record.markdown(settings.variants, isWhole: false))
    }
}
