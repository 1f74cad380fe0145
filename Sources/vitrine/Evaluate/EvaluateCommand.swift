import AnomalyDatasets
import AnomalyMetrics
import AnomalySegmentation
import ArgumentParser
import Foundation
import ImageCodecs
import Imaging
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
            """)

    @Argument(help: "The data set's folder, or a list that ends in .csv, .jsonl or .ndjson.")
    var folder: String

    @Option(help: "The layout; recognised unless named.")
    var dataset: DatasetLayout?

    @Flag(help: "Name what is broken in the data set, and measure the rest.")
    var skipBroken = false

    @Option(help: "What the pictures show, for example \"magnetic tile\".")
    var object: String

    @OptionGroup var readingOptions: PictureReadingOptions
    @OptionGroup var models: ModelOptions
    @OptionGroup var anomalyOptions: AnomalyOptions

    @Flag(help: "Pool the pictures without defect into every class.")
    var withNormal = false

    @Option(help: "At most this many pictures of each class, evenly chosen.")
    var limit: Int?

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    @OptionGroup var runLimit: RunLimitOptions

    func validate() throws {
        if object.allSatisfy(\.isWhitespace) { throw ValidationError("--object is empty; name what the pictures show") }
        if let limit, limit < 1 { throw ValidationError("--limit takes a positive number, not \(limit)") }
    }

    func run() throws {
        runLimit.apply()
        try models.threadOptions.apply()
        let options = readingOptions.options
        let classes = try LabelledPictures.classes(
            in: folder, layout: dataset, skipsBroken: skipBroken, limit: limit)
        let setup = try anomalyOptions.resolved()
        let loaded = try LoadedModels(models, activation: setup.configuration.map.activation)
        let weights = WeightFileRecord.pending(of: loaded.files + setup.files, cache: anomalyOptions.cache)
        let evaluation = try Evaluation(models: loaded, setup: setup, object: object)
        var measured: [(name: String, variants: [Evaluation.Variant: PixelMetrics])] = []
        var scores = ImageScores()
        var flawless = Evaluation.emptyMetrics
        var rules: [MaskRule: Int] = [:]
        let total = classes.map(\.items.count).reduce(0, +)
        var loop = PictureLoop(
            total: total, whenStopped: "no table was made; allow more time, or take fewer pictures with --limit",
            showsBar: true)
        for pictures in classes {
            var metrics = Evaluation.emptyMetrics
            var hasDefects = pictures.hasDefects
            let readings = ReadAhead(pictures.items) { try Evaluation.read($0, options) }
            try loop.work(through: readings, \.picture) { _, reading in
                let sample = try StopRequest.computing { try evaluation.measure(reading) }
                let isAnomalous = sample.truth.map { !$0.isEmpty } ?? false
                hasDefects = hasDefects || isAnomalous
                try scores.add(sample.score, isAnomalous: isAnomalous)
                for variant in Evaluation.Variant.allCases {
                    try metrics[variant]?.add(map: sample.maps[variant] ?? sample.map, truth: sample.truth)
                }
                for rule in reading.rules { rules[rule, default: 0] += 1 }
            }
            if hasDefects {
                measured.append((pictures.name, metrics))
            } else if withNormal {
                try Evaluation.merge(metrics, into: &flawless)
            }
        }
        if loop.failures.count == total { return try loop.end() }
        for index in measured.indices { try Evaluation.merge(flawless, into: &measured[index].variants) }
        var table = MeasureTable()
        for row in measured {
            for variant in Evaluation.Variant.allCases {
                guard let metrics = row.variants[variant] else { continue }
                table.add(metrics.summary(), of: row.name, by: variant.rawValue)
            }
        }
        let maskRules = rules.map { EvaluateRecord.Rule(rule: "\($0.key)", masks: $0.value) }.sorted {
            $0.rule < $1.rule
        }
        if json {
            let files = try weights.get()
            var record = EvaluateRecord(
                object: object, table: table, pictureAUROC: scores.summary().auroc.value,
                configuration: setup.configuration, weights: files)
            record.maskRules = maskRules
            record.failures = loop.failures.isEmpty ? nil : loop.failures
            try Terminal.write(record.json())
        } else {
            try Terminal.write(table.markdown(pictureAUROC: scores.summary().auroc.value))
            for rule in maskRules { try Terminal.write("Masks, \(rule.masks) of them: \(rule.rule)") }
        }
        try loop.end()
    }
}
