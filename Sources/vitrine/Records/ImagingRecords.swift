import Imaging

// The values of Imaging as JSON has them.

struct SizeRecord: Encodable {
    var width: Int
    var height: Int

    init(_ size: ImageSize) { (width, height) = (size.width, size.height) }
}

/// Pixels of the picture, x to the right, y down; whole numbers are the middles of pixels.
struct PointRecord: Encodable {
    var x: Double
    var y: Double

    init(_ point: ImagePoint) { (x, y) = (point.x, point.y) }
}

/// First and last column and row, all of them inside the box.
struct BoxRecord: Encodable {
    var x0: Int
    var y0: Int
    var x1: Int
    var y1: Int

    init(_ box: ImageBox) { (x0, y0, x1, y1) = (box.x0, box.y0, box.x1, box.y1) }
}

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
    var box: BoxRecord?
    /// Absent where a file beside the record holds the pixels.
    var runs: RunsRecord?

    init(_ mask: Mask) {
        area = mask.area
        box = mask.boundingBox.map(BoxRecord.init)
    }

    init(_ runs: RunLengthMask) {
        area = runs.area
        box = runs.boundingBox.map(BoxRecord.init)
        self.runs = RunsRecord(runs)
    }
}
