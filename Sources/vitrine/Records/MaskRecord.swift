import Imaging

/// A mask's pixels as pycocotools reads and writes them: a published format, the only one here that lists a size.
struct RunsRecord: Encodable {
    /// Height and width.
    var size: [Int]
    /// COCO's compressed runs.
    var counts: String

    init(_ runs: RunLengthMask) {
        size = [runs.size.height, runs.size.width]
        counts = runs.compressedCounts
    }
}

struct MaskRecord: Encodable {
    /// Pixels.
    var area: Int
    /// Absent for a mask without pixels.
    var box: ImageBox?
    /// Absent where a file beside the record holds the pixels.
    var runs: RunsRecord?

    init(area: Int, box: ImageBox?) {
        self.area = area
        self.box = box
    }

    init(_ mask: Mask) { self.init(area: mask.area, box: mask.boundingBox) }

    init(_ runs: RunLengthMask) {
        area = runs.area
        box = runs.boundingBox
        self.runs = RunsRecord(runs)
    }
}

/// A connected part of a mask.
struct MaskRegionRecord: Encodable {
    /// Pixels of the picture.
    var centroid: ImagePoint
    var mask: MaskRecord
    /// The largest anomaly score inside.
    var score: Float

    init(_ region: MaskRegion) {
        centroid = region.centroid
        mask = MaskRecord(region.runs)
        score = region.score
    }
}
