import AnomalyMetrics
import ImageCodecs
import Manifests
import PictureLists
import WholeFiles

/// Works through the pictures of an `evaluate` command that keeps what it finds in an output folder.
struct EvaluationRun: Sendable {
    let evaluation: Evaluation
    let settings: EvaluateSettings
    let dataset: LabelledPictures
    let shard: Shard?

    /// The pictures that are left, read one ahead.
    static func read(
        _ items: [LabelledPictures.Item], _ options: DecodingOptions
    ) -> ReadAhead<LabelledPictures.Item, Evaluation.Attempt> {
        ReadAhead(items) { Evaluation.attempt($0, options) }
    }

    /// A picture that fails is reported and the rest go on.
    ///
    /// - Throws: A ``CommandFailure`` when results cannot be written.
    func work(
        through pictures: ReadAhead<LabelledPictures.Item, Evaluation.Attempt>,
        _ remaining: RemainingPictures<LabelledPictures.Item>, in folder: RunFolder, _ progress: RunProgress,
        _ log: Log, weights: Pending<[WeightFileRecord]>
    ) throws -> ExitStatus {
        let loop = RunLoop(
            folder: folder, progress: progress, log: log, weights: weights, description: description)
        return try loop.work(through: pictures, count: remaining.items.count) { item, attempt in
            let image = try attempt.reading.get().decoded.image
            return try evaluation.findings(image, object: item.object)
        } write: { item, found, _ in
            let reading = try found.reading.reading.get()
            let line = try EvaluatedPicture(item, reading, found.finding)
            let record = try line.json(pretty: false)
            try folder.write(item.picture.id, input: found.reading.input, record: record) { place in
                try keep(reading, line, found.finding, in: place)
            }
            return nil
        }
    }

    /// Writes what the files about all pictures need of one.
    private func keep(
        _ reading: Evaluation.Reading, _ line: EvaluatedPicture, _ findings: [Evaluation.Finding], in place: String
    ) throws {
        for finding in findings {
            var pixels = PixelMetrics()
            try pixels.add(map: finding.map, truth: reading.truth)
            try WholeFile.write(pixels.bytes, to: "\(place)/\(EvaluatedFolder.KeptFile.pixels(finding.variant))")
        }
        guard settings.report else { return }
        let gallery = try ReportGallery.blob(
            of: reading.decoded.image, truth: reading.truth, line: line, findings: findings)
        if !gallery.isEmpty { try WholeFile.write(gallery, to: "\(place)/\(EvaluatedFolder.KeptFile.gallery)") }
    }

    /// What all results have in common.
    @Sendable
    private func description(_ weights: [WeightFileRecord]) throws -> RunDescription {
        var record = try RunRecord(
            layout: .evaluate, settings: settings, weights: weights, manifest: dataset.whole, shard: shard)
        record.dataset = dataset.record
        record.machines = [.current]
        return try RunDescription(record)
    }
}

extension EvaluateRecord {
    /// The measures of pictures of which nothing is kept.
    ///
    /// - Returns: nil where no picture could be measured.
    static func measured(
        _ dataset: LabelledPictures, _ settings: EvaluateSettings, _ evaluation: Evaluation,
        _ options: DecodingOptions, _ loop: inout PictureLoop, weights: Pending<[WeightFileRecord]>
    ) throws -> EvaluateRecord? {
        var tallies: [String: ClassTally] = [:]
        var rules: [String: Int] = [:]
        try loop.work(through: EvaluationRun.read(dataset.items, options), \.picture) { item, attempt in
            let reading = try attempt.reading.get()
            let findings = try evaluation.findings(reading.decoded.image, object: item.object)
            let line = try EvaluatedPicture(item, reading, findings)
            var tally = tallies.removeValue(forKey: item.className) ?? ClassTally()
            defer { tallies[item.className] = tally }
            try tally.add(line.variants, isDefective: line.label == .defective) { variant, pixels in
                guard let found = findings.first(where: { $0.variant == variant }) else { return }
                try pixels.add(map: found.map, truth: reading.truth)
            }
            for rule in line.maskRules { rules[rule, default: 0] += 1 }
        }
        if loop.failures.count == dataset.items.count { return nil }
        var record = EvaluateRecord(settings, weights: try weights.get())
        record.failures = loop.failures.isEmpty ? nil : loop.failures
        record.add(rules)
        let classes = tallies.map { (name: $0, hasDefects: $1.hasDefects) }
        try record.measure(settings, classes: classes) { tallies[$0] ?? ClassTally() }
        return record
    }

    /// Says by which rules masks were read.
    mutating func add(_ rules: [String: Int]) {
        maskRules = rules.map { Rule(rule: $0, masks: $1) }.sorted { $0.rule < $1.rule }
    }
}
