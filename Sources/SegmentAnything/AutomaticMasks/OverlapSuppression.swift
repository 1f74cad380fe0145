import Imaging

/// Of boxes that overlap, keeps the best.
enum OverlapSuppression {
    /// The boxes that no better one overlaps by an IoU of more than `threshold`, best first; of equal scores the earlier.
    ///
    /// Matches `torchvision.ops.nms` of boxes `x0, y0, x1, y1`: a side is the difference of its ends, one less than its
    /// pixels.
    static func kept(_ boxes: [ImageBox], scores: [Float], threshold: Double) -> [Int] {
        let order = boxes.indices.sorted { first, second in
            scores[first] == scores[second] ? first < second : scores[first] > scores[second]
        }
        let areas = boxes.map { Float($0.x1 - $0.x0) * Float($0.y1 - $0.y0) }
        var isSuppressed = [Bool](repeating: false, count: boxes.count)
        var kept: [Int] = []
        for (rank, index) in order.enumerated() where !isSuppressed[index] {
            kept.append(index)
            let box = boxes[index]
            for other in order[(rank + 1)...] where !isSuppressed[other] {
                let width = max(0, min(box.x1, boxes[other].x1) - max(box.x0, boxes[other].x0))
                let height = max(0, min(box.y1, boxes[other].y1) - max(box.y0, boxes[other].y0))
                let shared = Float(width) * Float(height)
                // Two boxes of no area give NaN, which suppresses nothing.
                let overlap = shared / (areas[index] + areas[other] - shared)
                if Double(overlap) > threshold { isSuppressed[other] = true }
            }
        }
        return kept
    }
}
