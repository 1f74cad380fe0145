import Imaging

/// The parts of a picture that are looked at one by one.
enum CropLayout {
    struct Crop: Hashable {
        var box: ImageBox
        /// 0 for the whole picture.
        var layer: Int
    }

    /// The whole picture, then layer by layer its crops, column by column. Layer n cuts each side into 2^n parts that
    /// reach into each other; crops that would lie beyond a tiny picture are left out.
    ///
    /// Matches `generate_crop_boxes` of segment_anything, which fails on such pictures.
    static func crops(of size: ImageSize, layers: Int, overlapRatio: Double) -> [Crop] {
        var crops = [Crop(box: ImageBox(x0: 0, y0: 0, x1: size.width - 1, y1: size.height - 1), layer: 0)]
        for layer in stride(from: 1, through: layers, by: 1) {
            let parts = 1 << layer
            let overlap = Int(overlapRatio * Double(min(size.width, size.height)) * (2 / Double(parts)))
            let columns = spans(size.width, parts: parts, overlap: overlap)
            let rows = spans(size.height, parts: parts, overlap: overlap)
            crops += columns.flatMap { column in
                rows.map { row in
                    Crop(
                        box: ImageBox(
                            x0: column.lowerBound, y0: row.lowerBound, x1: column.upperBound, y1: row.upperBound),
                        layer: layer)
                }
            }
        }
        return crops
    }

    /// Where the parts of one side lie, both ends inside.
    private static func spans(_ length: Int, parts: Int, overlap: Int) -> [ClosedRange<Int>] {
        let part = (overlap * (parts - 1) + length + parts - 1) / parts
        return (0..<parts).compactMap { index in
            let first = (part - overlap) * index
            let last = min(first + part, length) - 1
            return first <= last ? first...last : nil
        }
    }

    /// Whether a box ends within 20 pixels of an edge of its crop that is not an edge of the picture: then the object
    /// probably goes on outside of the crop.
    ///
    /// Matches `is_box_near_crop_edge` of segment_anything, which counts a crop's right and bottom edge just outside.
    static func isNearCropEdge(_ box: ImageBox, crop: ImageBox, picture: ImageSize) -> Bool {
        let sides = [
            (box.x0, crop.x0, 0), (box.y0, crop.y0, 0), (box.x1, crop.x1 + 1, picture.width),
            (box.y1, crop.y1 + 1, picture.height),
        ]
        return sides.contains { found, cropEdge, pictureEdge in
            abs(found - cropEdge) <= 20 && abs(found - pictureEdge) > 20
        }
    }
}
