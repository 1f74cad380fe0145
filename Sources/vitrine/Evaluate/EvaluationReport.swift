import AnomalyMetrics
import AnomalySegmentation
import EvaluationReports
import Imaging
import JSONText
import Manifests
import SegmentAnything
import Tensors
import WholeFiles

/// `report.html` of an output folder of `evaluate`.
enum EvaluationReport {
    /// Which command the page names as its maker.
    static let maker = "vitrine evaluate"

    /// What the page says of pixels. It is taken while they are measured, because what is kept of each picture is large.
    struct Pixels {
        /// Of classes, and of all together, under each variant.
        private(set) var curves: [ReportCurve] = []
        /// By picture: the highest score of each variant's map.
        var peaks: [String: [Float]] = [:]

        /// - Parameter className: nil for all together.
        mutating func add(_ tally: ClassTally, of className: String?, variants: [String]) {
            for variant in variants {
                curves.append(ReportCurve(tally.pixels(variant) ?? PixelMetrics(), of: className, by: variant))
            }
        }
    }

    /// Writes the page.
    ///
    /// - Parameters:
    ///   - folder: lines, and what is kept of each picture for the page.
    ///   - results: what `results.json` says.
    ///   - pixels: what was measured for it.
    ///   - file: to which the page is appended; who calls gives it its name.
    static func write(
        _ folder: EvaluatedFolder, _ results: EvaluateRecord, _ pixels: Pixels,
        to file: borrowing WholeFile<WholeFileError>
    ) throws {
        var entries: [ReportPage.Entry] = []
        var classes: Set<String> = []
        var scores = ImageScores()
        try folder.pictures { line in
            classes.insert(line.className)
            entries.append(ReportPage.Entry(line, peaks: pixels.peaks[line.picture.name] ?? []))
            try scores.add(line.score, isAnomalous: line.label == .defective)
        }
        let names = classes.sorted { $0.precedesByBytes($1) }
        let objects = Set(folder.settings.objects.values)
        let title = objects.count == 1 ? objects.first ?? "" : "\(names.count) classes"
        let variants = folder.settings.variants
        var page = ReportPage(
            name: title, maker: "Vitrine \(Version.number)", variants: variants, results: results)
        page.curves = pixels.curves
        page.pictureCurves = curves(of: entries, classes: names) + [ReportCurve(scores, of: nil)]
        page.pictures = entries
        try file.append(try page.start(by: maker))
        var index = 0
        try folder.pictures { line in
            let kept = try folder.gallery(of: line.picture.name)
            try file.append(ReportPage.picture(index, line: try line.json(pretty: false), kept: kept))
            index += 1
        }
        try file.append(page.end(by: maker))
    }

    private static func curves(of entries: [ReportPage.Entry], classes: [String]) -> [ReportCurve] {
        classes.map { name in
            var scores = ImageScores()
            for entry in entries where entry.className == name {
                // The score was taken before, so it is a number.
                try? scores.add(entry.score, isAnomalous: entry.label == EvaluatedPicture.Label.defective.rawValue)
            }
            return ReportCurve(scores, of: name)
        }
    }
}

extension ReportPage.Entry {
    fileprivate init(_ line: EvaluatedPicture, peaks: [Float]) {
        let agreement = line.variants.last?.agreement
        self.init(
            id: line.picture.name, className: line.className, label: line.label.rawValue, score: line.score,
            peaks: peaks,
            intersectionOverUnion: line.intersectionOverUnion, f1: line.f1,
            wrong: agreement.map { $0.falsePositives + $0.falseNegatives } ?? 0, regions: line.regions.count,
            found: line.regions.count { ($0.found ?? 0) > 0 })
    }
}

/// What is kept of a picture for the report.
enum ReportGallery {
    /// - Parameters:
    ///   - line: the picture's line.
    ///   - findings: of the variants, the whole method last.
    /// - Returns: nothing where there is nothing to keep.
    static func blob(
        of image: Image, truth: Mask?, line: EvaluatedPicture, findings: [Evaluation.Finding]
    ) throws -> [UInt8] {
        let whole = findings.last
        var picture = try GalleryPicture(
            image, truth: truth, maps: findings.map { ($0.variant, $0.map) }, mask: whole?.mask)
        if let result = whole?.result {
            let records = result.trace.groups
            let groups = try zip(records, result.cascades).map { record, cascade in
                try GalleryPicture.Group(record, masks: cascade.stages.map { $0.chosenMask(of: image.size) })
            }
            picture.add(groups: groups, omission: result.omission?.rawValue)
        }
        return Array(try encodedJSON(picture).utf8)
    }
}

extension StageTrace {
    /// The mask that went on, on the decoder's raster as far as the picture reaches.
    fileprivate func chosenMask(of size: ImageSize) -> Mask {
        let whole = logits.element(chosen)
        let (rows, columns) = (whole.shape[0], whole.shape[1])
        let part = ModelFrame(original: size, side: max(rows, columns), patch: 1).input
        let (height, width) = (min(part.height, rows), min(part.width, columns))
        let values = whole.values
        return Mask(
            size: ImageSize(width: width, height: height),
            values: (0..<height).flatMap { row in
                values[row * columns..<row * columns + width].map { $0 > 0 }
            })
    }
}
