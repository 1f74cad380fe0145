import AnomalyMetrics
import AnomalySegmentation
import ImageCodecs
import Imaging

/// A line of `pictures.jsonl`: what `evaluate` found in one picture, and how that agrees with the truth.
struct EvaluatedPicture: OutputRecord, Codable, Sendable {
    static let kind = "evaluated-picture"

    enum Label: String, Codable, Sendable {
        case normal, defective
    }

    /// What one variant made of it.
    struct Variant: Codable, Sendable {
        var variant: String
        var score: Float
        /// Pixels; absent, as all below, for a variant without a mask.
        var agreement: MaskAgreement?
        var boundary: BoundaryAgreement?
    }

    struct Point: Codable, Sendable {
        var position: ImagePoint
        var label: String
    }

    var picture: PictureRecord
    /// The row of the table that it belongs to.
    var className: String
    var object: String
    /// What is wrong with it, as the data set says; absent where it does not.
    var defect: String?
    /// As its truth says.
    var label: Label
    /// By which the files of its truth were read.
    var maskRules: [String]
    /// Of the whole method, as all below but `variants`.
    var score: Float
    var points: [Point]
    /// Of the groups of points.
    var boxes: [ImageBox]
    /// Of the final mask with the truth; absent where neither marks anything.
    var intersectionOverUnion: Double?
    var f1: Double?
    /// Each connected part of the truth.
    var regions: [RegionOutcome]
    var variants: [Variant]
}

extension EvaluatedPicture {
    /// - Parameter findings: the whole method last.
    /// - Throws: `MetricsError`.
    init(_ item: LabelledPictures.Item, _ reading: Evaluation.Reading, _ findings: [Evaluation.Finding]) throws {
        picture = PictureRecord(item.picture, reading.decoded)
        picture.warnings = reading.warnings.map(\.description)
        className = item.className
        object = item.object
        defect = item.kind
        label = reading.truth.map { !$0.isEmpty } ?? false ? .defective : .normal
        maskRules = reading.rules.map(\.description)
        variants = try findings.map { finding in
            var found = Variant(variant: finding.variant, score: finding.score)
            guard let mask = finding.mask else { return found }
            var (agreement, boundary) = (MaskAgreement(), BoundaryAgreement())
            try agreement.add(mask: mask, truth: reading.truth)
            try boundary.add(mask: mask, truth: reading.truth)
            (found.agreement, found.boundary) = (agreement, boundary)
            return found
        }
        let whole = findings.last
        score = whole?.score ?? 0
        let groups = whole?.result?.prompts.groups ?? []
        points = groups.flatMap(\.points).map { Point(position: $0.position, label: "\($0.label)") }
        boxes = groups.map(\.box)
        intersectionOverUnion = variants.last?.agreement?.intersectionOverUnion.value
        f1 = variants.last?.agreement?.f1.value
        regions = []
        if let truth = reading.truth, let whole {
            regions = try RegionOutcome.regions(of: truth, map: whole.map, mask: whole.mask)
        }
    }
}
