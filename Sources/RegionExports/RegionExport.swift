import TextLines
import WholeFiles

/// A file about the regions of all pictures of a run, in a form that other programs read.
///
/// It is made from the run's `results.jsonl` alone, one line in memory at a time. So a run that was interrupted and taken
/// up again, and one that was put together from several, have the same bytes as one that never stopped.
package enum RegionExport: String, CaseIterable, Codable, Sendable {
    /// COCO, each region as compressed runs: the exact pixels.
    case coco
    /// COCO, each region as polygons along the edges of its pixels.
    case cocoPolygons = "coco-polygons"
    /// A table with a line for each region.
    case csv

    /// What the file is called.
    package var fileName: String {
        switch self {
        case .coco: "coco.json"
        case .cocoPolygons: "coco-polygons.json"
        case .csv: "regions.csv"
        }
    }

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - results: the path of the lines, of which those that are no `segment` record are passed over.
    ///   - folder: where the file goes, whole or not at all.
    ///   - pixelSizeMillimetres: the side of a pixel, for the table; nil leaves its millimetres out.
    ///   - version: of the program, for the file's description of itself.
    package func write(
        fromResults results: String, toFolder folder: String, pixelSizeMillimetres: Double?, version: String
    ) throws(RegionExportError) {
        let file = try WholeFile(path: folder + "/" + fileName) { RegionExportError.unwritable($0) }
        switch self {
        case .coco, .cocoPolygons:
            try file.append(Array(COCOText.start(version: version).utf8))
            var pictures = 0
            try Self.forEachPicture(of: results) { picture throws(RegionExportError) in
                pictures += 1
                try file.append(Array(COCOText.image(picture, number: pictures).utf8))
            }
            try file.append(Array(COCOText.middle.utf8))
            pictures = 0
            var regions = 0
            try Self.forEachPicture(of: results) { picture throws(RegionExportError) in
                pictures += 1
                for region in picture.regions {
                    regions += 1
                    let text = COCOText.annotation(
                        region, in: picture, numbers: (regions, pictures), asPolygons: self == .cocoPolygons)
                    try file.append(Array(text.utf8))
                }
            }
            try file.append(Array(COCOText.end.utf8))
        case .csv:
            let table = RegionTable(pixelSizeMillimetres: pixelSizeMillimetres)
            try file.append(Array(table.header.utf8))
            try Self.forEachPicture(of: results) { picture throws(RegionExportError) in
                try file.append(Array(table.rows(picture).utf8))
            }
        }
        try file.commit()
    }

    private static func forEachPicture(
        of results: String, _ body: (PictureRegions) throws(RegionExportError) -> Void
    ) throws(RegionExportError) {
        let lines = try reading { () throws(TextLineError) in try LineReader(results) }
        while let line = try reading({ () throws(TextLineError) in try lines.next() }) {
            if let picture = try PictureRegions(line, file: results) { try body(picture) }
        }
    }

    private static func reading<Value>(
        _ body: () throws(TextLineError) -> Value
    ) throws(RegionExportError) -> Value {
        do { return try body() } catch { throw .unreadable(error) }
    }
}
