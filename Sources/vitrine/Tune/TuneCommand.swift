import AnomalyDatasets
import AnomalyMetrics
import AnomalySegmentation
import ArgumentParser
import ImageCodecs
import JSONText
import SystemPackage
import WholeFiles

extension TuneAim: ExpressibleByArgument {}

/// Tries settings on pictures with known defects, and says what they are worth on classes that they were not chosen on.
struct TuneCommand: ParsableCommand {
    enum Search: String, ExpressibleByArgument, CaseIterable {
        case grid, random, halving
    }

    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Tries settings on pictures with known defects, and writes those that are best.",
        discussion: """
            Example: vitrine tune magnetic-tiles --object "magnetic tile" --try points.positiveCount=1,3,5 --try \
            fusion.mode=blend,gate --keep-encodings encodings --output tuned.json

            A setting is named as in "configuration" of a result.json, with dots between; a value is JSON or a word. \
            Every picture is encoded once for all combinations. Each class is left out once: what is chosen on the \
            others is judged on it, which is the held-out gain. A gain on the classes that it was chosen on is always too \
            good. A data set of one class is judged by parts of its pictures, of which the parts of another data set may \
            differ more.
            """)

    @OptionGroup var pictures: DatasetOptions

    @Option(
        name: .customLong("try"),
        help: "A setting and the values to try: NAME=VALUE,VALUE. Repeat it for more settings.")
    var tried: [String] = []

    @Option(
        help: """
            Which combinations: grid (all), random (each single change, and some drawn), halving (as many, the worse half \
            dropped after a quarter and after a half of the pictures).
            """)
    var search = Search.grid

    @Option(
        help:
            "How many combinations random and halving draw beside the single changes. Without it random draws 40, and halving takes all."
    )
    var draw: Int?

    @Option(help: "Of the random numbers.")
    var seed: UInt64 = 1

    @Option(help: "What is aimed at: f1-max or ap.")
    var aim = TuneAim.f1Maximum

    @Option(name: .shortAndLong, help: "A file for the best configuration, which --configuration takes.")
    var output: String?

    @Flag(help: "Replace the output file, whatever it is.")
    var overwrite = false

    @OptionGroup var encodings: EncodingOptions
    @OptionGroup var readingOptions: PictureReadingOptions
    @OptionGroup var models: ModelOptions
    @OptionGroup var anomalyOptions: AnomalyOptions

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    @OptionGroup var runLimit: RunLimitOptions

    func validate() throws {
        if tried.isEmpty { throw ValidationError("name at least one setting with its values: --try NAME=VALUE,VALUE") }
        if let draw, !(1...Candidates.limit).contains(draw) {
            throw ValidationError("--draw takes a whole number from 1 to \(Candidates.limit), not \(draw)")
        }
        if draw != nil, search == .grid { throw ValidationError("--draw goes with --search random or halving") }
    }

    func run() throws {
        runLimit.apply()
        try models.threadOptions.apply()
        let setup = try anomalyOptions.resolved()
        let base = setup.configuration
        let candidates = try candidates(base)
        let variants = try variants(of: candidates, base)
        let file = try output.map {
            try OutputFile($0, overwrites: overwrite, recognises: AnomalyOptions.isConfiguration)
        }
        let dataset = try pictures.pictures()
        let samples = TuneRun.samples(dataset.items)
        if Set(dataset.items.map(\.className)).count == 1 {
            Terminal.complain(
                "note: there is one class; settings are judged by parts of its pictures, not by classes that they were "
                    + "not chosen on")
        }
        let loaded = try LoadedModels(models, activation: base.map.activation)
        let weights = WeightFileRecord.pending(of: loaded.files + setup.files, cache: anomalyOptions.cache)
        let run = TuneRun(
            candidates: candidates, aim: aim, isHalving: search == .halving, poolsFlawless: pictures.withNormal)
        let store = encodings.store()
        var loop = PictureLoop(
            total: samples.count, whenStopped: "nothing was chosen; allow more time, or try fewer values",
            showsBar: true)
        let outcome = try run.outcome(of: samples) { samples, alive, measures in
            let segmenter = try setup.segmenter(
                loaded, of: alive.map { variants[$0] }, textCache: anomalyOptions.cache.textVectors(), encodings: store)
            try loaded.prepare(Set(dataset.objects.values).sorted(), segmenter.prepare)
            let readings = ReadAhead(samples) { [options = readingOptions.options] sample in
                Evaluation.attempt(sample.item, options)
            }
            try loop.work(through: readings, \.item.picture) { sample, attempt in
                let reading = try attempt.reading.get()
                var number = 0
                try StopRequest.computing {
                    try segmenter.forEachResult(reading.decoded.image, object: sample.item.object) { _, result in
                        try measures.add(result.scores, truth: reading.truth, of: alive[number], to: sample.group)
                        number += 1
                    }
                }
            }
        }
        if let store { Terminal.complain("note: \(store.usage.sentence)") }
        guard let first = outcome.judging.first else {
            throw CommandFailure.badInput(
                "\(pictures.folder) has no picture with a defect to choose by; name another data set")
        }
        if outcome.judging.count == 1 {
            Terminal.complain("note: \(first) alone has defects; nothing is left to judge a choice by")
        }
        var record = try TuneRecord(outcome, run, base: base, weights: json ? weights.get() : [])
        record.failures = loop.failures.isEmpty ? nil : loop.failures
        try Terminal.write(json ? record.json() : record.markdown())
        try file?.write { try WholeFile.write(Array(try encodedJSON(record.configuration, pretty: true).utf8), to: $0) }
        try loop.end()
    }

    private func candidates(_ base: AnomalyConfiguration) throws -> Candidates {
        do {
            var settings: [TriedSetting] = []
            for argument in tried {
                let setting = try TriedSetting(argument: argument, base: base)
                if settings.contains(where: { $0.name == setting.name }) { throw SettingError.repeated(setting.name) }
                settings.append(setting)
            }
            let drawn = draw ?? (search == .random ? 40 : nil)
            return try Candidates(settings, drawn: drawn, seed: seed)
        } catch let error as SettingError {
            throw CommandFailure.usage("\(error) (--try)")
        }
    }

    /// One variant for each candidate; all of their configurations are checked.
    private func variants(of candidates: Candidates, _ base: AnomalyConfiguration) throws -> [AnomalyVariant] {
        do {
            return try candidates.choices.indices.map { candidate in
                AnomalyVariant(
                    name: "\(candidate)", title: "\(candidate)", aspect: .settings,
                    configuration: try candidates.configuration(candidate, base: base))
            }
        } catch let error as SettingError {
            throw CommandFailure.usage("\(error) (--try)")
        }
    }
}
