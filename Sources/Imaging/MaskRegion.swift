import Tensors

/// One connected region of a mask, with what a table or an annotation file says about it.
public struct MaskRegion: Hashable, Sendable {
    /// Its pixels, as runs over the whole picture.
    public let runs: RunLengthMask
    /// Pixels.
    public let area: Int
    /// The smallest box around it.
    public let box: ImageBox
    /// The mean place of its pixels.
    public let centroid: ImagePoint
    /// The largest score among its pixels.
    public let score: Float

    /// The regions of a mask, in the order in which a scan by rows meets them. Pixels that share an edge or a corner
    /// belong to one region.
    ///
    /// - Parameters:
    ///   - mask: the pixels.
    ///   - scores: a score for each pixel, which decides about nothing but ``score``.
    /// - Precondition: both are of one size.
    /// - Complexity: linear in the pixels, and for each region in the pixels of its box and the picture's width.
    public static func regions(of mask: Mask, scores: ScoreMap) -> [MaskRegion] {
        require(mask.size == scores.size, "MaskRegion: the mask is \(mask.size), the scores \(scores.size)")
        let found = ConnectedComponents.label(mask)
        var runs = [[(row: Int, columns: Range<Int>)]](repeating: [], count: found.components.count)
        for y in 0..<mask.size.height {
            found.forEachRun(ofRow: y) { columns, label in runs[Int(label) - 1].append((y, columns)) }
        }
        return zip(found.components, runs).map { MaskRegion($0, runs: $1, scores: scores) }
    }

    init(runs: RunLengthMask, area: Int, box: ImageBox, centroid: ImagePoint, score: Float) {
        self.runs = runs
        self.area = area
        self.box = box
        self.centroid = centroid
        self.score = score
    }

    private init(
        _ component: ConnectedComponents.Component, runs: [(row: Int, columns: Range<Int>)], scores: ScoreMap
    ) {
        let (box, size) = (component.box, scores.size)
        var inside = [Bool](repeating: false, count: box.width * box.height)
        var (sumX, sumY) = (0, 0)
        var highest = -Float.infinity
        for (y, columns) in runs {
            sumY += y * columns.count
            for x in columns {
                inside[(y - box.y0) * box.width + x - box.x0] = true
                sumX += x
                highest = max(highest, scores.values[y * size.width + x])
            }
        }
        let part = Mask(size: ImageSize(width: box.width, height: box.height), values: inside)
        let area = Double(component.area)
        self.init(
            runs: RunLengthMask(part, at: (box.x0, box.y0), in: size), area: component.area, box: box,
            centroid: ImagePoint(x: Double(sumX) / area, y: Double(sumY) / area), score: highest)
    }
}
