import Imaging
import JSONText

/// The parts of a COCO file, as `pycocotools.coco.COCO` loads it: images, annotations, categories.
///
/// A box is left, top, width and height. `score` stands beside the annotation, so that the list of annotations is also a
/// list of results, which `COCO.loadRes` takes. All regions are of one category.
enum COCOText {
    private static let category = 1

    static func start(version: String) -> String {
        let information = JSONWriter.object([
            ("description", JSONWriter.text("regions outlined by vitrine segment")),
            ("version", JSONWriter.text(version)),
        ])
        let categories = JSONWriter.object([
            ("id", "\(category)"), ("name", JSONWriter.text("defect")), ("supercategory", JSONWriter.text("anomaly")),
        ])
        return "{\"info\":\(information),\n\"licenses\":[],\n\"categories\":[\(categories)],\n\"images\":["
    }

    /// - Parameter number: counted from 1.
    static func image(_ picture: PictureRegions, number: Int) -> String {
        let members = JSONWriter.object([
            ("id", "\(number)"), ("file_name", JSONWriter.text(picture.id)), ("width", "\(picture.size.width)"),
            ("height", "\(picture.size.height)"),
        ])
        return separator(number) + members
    }

    static let middle = "],\n\"annotations\":["
    static let end = "]}\n"

    /// - Parameter numbers: of the annotation and of its image, both counted from 1.
    static func annotation(
        _ region: PictureRegions.Region, in picture: PictureRegions, numbers: (annotation: Int, image: Int),
        asPolygons: Bool
    ) -> String {
        let box = region.box
        var members = [
            ("id", "\(numbers.annotation)"), ("image_id", "\(numbers.image)"), ("category_id", "\(category)"),
            ("bbox", "[\(box.x0),\(box.y0),\(box.width),\(box.height)]"), ("area", "\(region.area)"),
            ("iscrowd", "0"),
            ("segmentation", asPolygons ? polygons(region.runs) : runs(region.runs)),
        ]
        if let score = region.score { members.append(("score", "\(score)")) }
        return separator(numbers.annotation) + JSONWriter.object(members)
    }

    private static func separator(_ number: Int) -> String { number == 1 ? "\n" : ",\n" }

    private static func runs(_ runs: RunLengthMask) -> String {
        JSONWriter.object([
            ("size", "[\(runs.size.height),\(runs.size.width)]"), ("counts", JSONWriter.text(runs.compressedCounts)),
        ])
    }

    private static func polygons(_ runs: RunLengthMask) -> String {
        JSONWriter.list(
            runs.polygons.map { polygon in JSONWriter.list(polygon.corners.flatMap { ["\($0.x)", "\($0.y)"] }) })
    }
}
