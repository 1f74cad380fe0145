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
            The data set is a folder for each class, and in each the folder Imgs with pictures (.jpg) and masks (.png) \
            of the same stem, as the magnetic-tile data set is published. A mask's pixel above 127 is defect. The \
            pixels of all pictures of a class are pooled at the pictures' own sizes; maps are never scaled by picture. \
            Classes without any defect have no row of their own.
            """)

    @Argument(help: "The data set's folder.")
    var folder: String

    @Option(help: "What the pictures show, for example \"magnetic tile\".")
    var object: String

    @OptionGroup var models: ModelOptions
    @OptionGroup var anomalyOptions: AnomalyOptions

    @Flag(help: "Pool the pictures without defect into every class.")
    var withNormal = false

    @Option(help: "At most this many pictures of each class, evenly chosen.")
    var limit: Int?

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    func validate() throws {
        if object.allSatisfy(\.isWhitespace) { throw ValidationError("--object is empty; name what the pictures show") }
        if let limit, limit < 1 { throw ValidationError("--limit takes a positive number, not \(limit)") }
    }

    func run() throws {
        models.threadOptions.apply()
        let classes = try LabelledPictures.classes(in: folder, limit: limit)
        let setup = try anomalyOptions.resolved()
        let loaded = try LoadedModels(models, activation: setup.configuration.map.activation)
        let weights = WeightFileRecord.pending(of: loaded.files + setup.files, cache: anomalyOptions.cache)
        let evaluation = try Evaluation(models: loaded, setup: setup, object: object)
        var measured: [(name: String, variants: [Evaluation.Variant: PixelMetrics])] = []
        var table = MeasureTable()
        var normal: [Evaluation.Sample] = []
        for (name, pictures) in classes.sorted(by: { $0.hasDefects && !$1.hasDefects }).map({ ($0.name, $0) }) {
            var metrics = Dictionary(uniqueKeysWithValues: Evaluation.Variant.allCases.map { ($0, PixelMetrics()) })
            let bar = ProgressBar(total: pictures.items.count, isWanted: true)
            let start = ContinuousClock.now
            for (index, entry) in ReadAhead(pictures.items, Evaluation.read).enumerated() {
                try StopRequest.check()
                let sample = try evaluation.measure(try entry.value.get())
                table.add(score: sample.score, isAnomalous: sample.truth.map { !$0.isEmpty } ?? false)
                for variant in Evaluation.Variant.allCases {
                    try metrics[variant]?.add(map: sample.maps[variant] ?? sample.map, truth: sample.truth)
                }
                if withNormal, !pictures.hasDefects { normal.append(sample) }
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                bar.show(done: index + 1, secondsPerPicture: seconds / Double(index + 1))
            }
            bar.hide()
            if pictures.hasDefects { measured.append((name, metrics)) }
        }
        for sample in normal {
            for index in measured.indices {
                for variant in Evaluation.Variant.allCases {
                    try measured[index].variants[variant]?.add(
                        map: sample.maps[variant] ?? sample.map, truth: sample.truth)
                }
            }
        }
        for row in measured {
            for variant in Evaluation.Variant.allCases {
                guard let metrics = row.variants[variant] else { continue }
                table.add(metrics.summary(), of: row.name, by: variant.rawValue)
            }
        }
        let text =
            json
            ? try EvaluateRecord(
                object: object, table: table, configuration: setup.configuration, weights: try weights.get()
            ).json()
            : try table.markdown()
        try Terminal.write(text)
    }
}

/// A class of a data set.
struct LabelledPictures {
    struct Item: Sendable {
        var picture: String
        var mask: String?
    }

    var name: String
    var items: [Item]
    /// Whether the class's folder is not the one of pictures without defect: any mask marks something.
    var hasDefects: Bool

    /// Reads the layout of the magnetic-tile data set, names sorted bytewise.
    static func classes(in folder: String, limit: Int?) throws -> [LabelledPictures] {
        let files = FileManager.default
        let names = ((try? files.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        let classes = try names.compactMap { name -> LabelledPictures? in
            let inner = "\(folder)/\(name)/Imgs"
            guard let entries = try? files.contentsOfDirectory(atPath: inner).sorted() else { return nil }
            let present = Set(entries)
            var items = entries.filter { $0.hasSuffix(".jpg") }.map { entry in
                let mask = entry.dropLast(4) + ".png"
                return Item(
                    picture: "\(inner)/\(entry)", mask: present.contains(String(mask)) ? "\(inner)/\(mask)" : nil)
            }
            if let limit, limit < items.count {
                items = (0..<limit).map { items[$0 * items.count / limit] }
            }
            let hasDefects = try items.contains { try truth($0)?.isEmpty == false }
            return items.isEmpty ? nil : LabelledPictures(name: name, items: items, hasDefects: hasDefects)
        }
        if classes.isEmpty {
            throw CommandFailure.badInput("\(folder) holds no folder <class>/Imgs with .jpg pictures")
        }
        return classes
    }

    /// The defect's mask of a picture, or nil where there is no mask file.
    static func truth(_ item: Item) throws -> Mask? {
        guard let path = item.mask else { return nil }
        return try reading(path) { try ImageFile.decodeMask(path).mask }
    }
}
