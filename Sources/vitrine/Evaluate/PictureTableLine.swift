import AnomalyMetrics
import Imaging
import RegionExports

/// A line of `pictures.csv`.
struct PictureTableLine {
    private static let columns = [
        "picture", "class", "defect", "label", "score", "width", "height", "mask_rules", "points", "boxes", "iou", "f1",
        "regions", "regions_found", "defective_pixels", "found_pixels",
    ]

    static var header: String { TableLine.text(columns) }

    let text: String

    init(_ picture: EvaluatedPicture) {
        let agreement = picture.variants.last?.agreement
        var cells = [picture.picture.name, picture.className, picture.defect ?? ""].map(TableLine.cell)
        cells += [picture.label.rawValue, "\(picture.score)"]
        cells += [picture.picture.size?.width, picture.picture.size?.height].map { $0.map { "\($0)" } ?? "" }
        cells.append(TableLine.cell(Set(picture.maskRules).sorted().joined(separator: "; ")))
        cells += [picture.points.count, picture.boxes.count].map { "\($0)" }
        cells += [picture.intersectionOverUnion, picture.f1].map { $0.map { "\($0)" } ?? "" }
        cells += [picture.regions.count, picture.regions.count { $0.found ?? 0 > 0 }].map { "\($0)" }
        cells.append("\(picture.regions.reduce(0) { $0 + $1.area })")
        cells.append(agreement.map { "\($0.truePositives + $0.falsePositives)" } ?? "")
        text = TableLine.text(cells)
    }
}
