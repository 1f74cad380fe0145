import AnomalyMetrics
import Foundation
import JSONText
import TextLines
import WholeFiles

/// The output folder of an `evaluate` command, as it is read: lines about pictures, and what is kept of each.
///
/// The files about all pictures together are made from these alone, so that a run that was stopped and went on, shards that
/// were put together and an undisturbed run leave the same bytes.
struct EvaluatedFolder: Sendable {
    /// Files about all pictures together.
    enum Summary: String, CaseIterable, Sendable {
        case results = "results.json"
        case pictures = "pictures.csv"
        case table = "table.md"
        case report = "report.html"
    }

    let path: String
    let run: RunDescription
    let settings: EvaluateSettings
    let weights: [WeightFileRecord]

    /// A folder whose lines are written.
    ///
    /// - Parameter run: what its `run.json` says.
    init(_ path: String, _ run: RunDescription) throws {
        struct Known: Decodable {
            var settings: EvaluateSettings
            var weights: [WeightFileRecord]
        }
        let known = try run.decoded(as: Known.self)
        self.path = path
        self.run = run
        (settings, weights) = (known.settings, known.weights)
    }

    /// A folder whose run is done.
    ///
    /// - Throws: A ``CommandFailure`` with status `badInput` for any other.
    init(done path: String) throws {
        do {
            let shard = try FinishedShard(path)
            guard shard.layout == .evaluate else {
                throw CommandFailure.badInput("\(path) holds results of segment; name a folder of evaluate")
            }
            try self.init(path, shard.run)
        } catch FinishedShard.Fault.notDone {
            throw CommandFailure.badInput("\(path) is not done; run its command again")
        } catch FinishedShard.Fault.changed(let file) {
            throw CommandFailure.badInput("\(path)/\(file) was changed since its run was done; run its command again")
        }
    }

    // MARK: Reading

    /// The pictures that are done, in the order of their ids.
    func pictures(_ use: (EvaluatedPicture) throws -> Void) throws {
        try lines(of: .lines) { try use($0) }
    }

    /// The pictures that failed, in the order of their ids.
    func failures() throws -> [PictureFailure] {
        var failures: [PictureFailure] = []
        try lines(of: .failures) { failures.append($0) }
        return failures
    }

    private func lines<Record: Decodable>(of file: RunLayout.File, _ use: (Record) throws -> Void) throws {
        let reader = try LineReader("\(path)/\(RunLayout.evaluate.name(of: file))", limitBytes: Self.lineLimitBytes)
        while let line = try reader.next() {
            try StopRequest.check()
            try use(try decodedJSON(line.bytes))
        }
    }

    /// Longer than what thousands of regions of the truth need.
    private static let lineLimitBytes = 1 << 26

    /// What a picture adds to the measures of pixels under a variant.
    func pixels(of id: String, variant: String) throws -> PixelMetrics {
        try PixelMetrics(bytes: try kept(id, KeptFile.pixels(variant)))
    }

    /// What was kept of a picture for the report; empty where nothing was.
    func gallery(of id: String) throws -> [UInt8] {
        FileManager.default.fileExists(atPath: place(id, KeptFile.gallery)) ? try kept(id, KeptFile.gallery) : []
    }

    /// `results.json` of a folder whose run is done.
    func results() throws -> EvaluateRecord {
        try decodedJSON(Array(try Data(contentsOf: URL(fileURLWithPath: place(.results)))))
    }

    private func place(_ id: String, _ file: String) -> String {
        "\(path)/\(RunLayout.evaluate.place(ofResult: id))/\(file)"
    }

    private func place(_ file: Summary) -> String { "\(path)/\(file.rawValue)" }

    private func kept(_ id: String, _ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: place(id, file))))
    }

    /// The names of the files that are kept of each picture.
    enum KeptFile {
        static let gallery = "gallery"

        static func pixels(_ variant: String) -> String { "\(variant).pixels" }
    }

    // MARK: Writing

    /// What the measures need of a picture's line.
    private struct Counted {
        let id: String
        let isDefective: Bool
        let variants: [EvaluatedPicture.Variant]

        init(_ line: EvaluatedPicture) {
            (id, isDefective, variants) = (line.picture.name, line.label == .defective, line.variants)
        }
    }

    /// Writes the files about all pictures together.
    ///
    /// - Returns: what `run.json` says now.
    func writeSummaries() throws -> RunDescription {
        var classes: [String: [Counted]] = [:]
        var rules: [String: Int] = [:]
        let table = try WholeFile(path: place(.pictures)) { $0 }
        try table.append(Array(PictureTableLine.header.utf8))
        try pictures { picture in
            try table.append(Array(PictureTableLine(picture).text.utf8))
            classes[picture.className, default: []].append(Counted(picture))
            for rule in picture.maskRules { rules[rule, default: 0] += 1 }
        }
        try table.commit()
        var record = EvaluateRecord(settings, weights: weights)
        record.add(rules)
        let failures = try failures()
        record.failures = failures.isEmpty ? nil : failures
        var reported: EvaluationReport.Pixels? = settings.report ? .init() : nil
        try record.measure(settings, classes: classes.map { ($0, $1.contains(where: \.isDefective)) }) { name in
            var tally = ClassTally()
            for picture in classes[name] ?? [] {
                try StopRequest.check()
                try tally.add(picture.variants, isDefective: picture.isDefective) { variant, whole in
                    let kept = try pixels(of: picture.id, variant: variant)
                    reported?.peaks[picture.id, default: []].append(kept.scoreRange.upperBound)
                    try whole.merge(kept)
                }
            }
            return tally
        } look: { name, tally in
            reported?.add(tally, of: name, variants: settings.variants)
        }
        try record.write(to: place(.results))
        try WholeFile.write(Array((record.markdown(settings.variants, isWhole: true) + "\n").utf8), to: place(.table))
        if let reported {
            let page = try WholeFile(path: place(.report)) { $0 }
            try EvaluationReport.write(self, record, reported, to: page)
            try page.commit()
        }
        return try run.adding("maskRules", record.maskRules)
    }
}
