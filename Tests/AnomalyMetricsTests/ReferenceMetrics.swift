import Imaging

/// The measures by their definitions: every distinct score is tried as a threshold and everything is counted anew.
struct ReferenceMetrics {
    struct Picture {
        var map: ScoreMap
        var truth: Mask?

        func holds(_ index: Int) -> Bool { truth.map { $0.values[index] } ?? false }
    }

    let pictures: [Picture]
    private let positives: Int
    private let negatives: Int
    /// For each picture, the pixels of each region.
    private let regions: [[[Int]]]

    init(_ pictures: [Picture]) {
        self.pictures = pictures
        let truths = pictures.map { picture in picture.map.values.indices.count { picture.holds($0) } }
        positives = truths.reduce(0, +)
        negatives = pictures.map(\.map.values.count).reduce(0, +) - positives
        regions = pictures.map { picture in picture.truth.map(Self.regions) ?? [] }
    }

    /// Flood fill over edges and corners.
    private static func regions(of truth: Mask) -> [[Int]] {
        var left = truth.values
        var found: [[Int]] = []
        for start in left.indices where left[start] {
            var (region, open): ([Int], [Int]) = ([], [start])
            left[start] = false
            while let pixel = open.popLast() {
                region.append(pixel)
                let (x, y) = (pixel % truth.size.width, pixel / truth.size.width)
                for ny in max(0, y - 1)...min(truth.size.height - 1, y + 1) {
                    for nx in max(0, x - 1)...min(truth.size.width - 1, x + 1) where left[ny * truth.size.width + nx] {
                        left[ny * truth.size.width + nx] = false
                        open.append(ny * truth.size.width + nx)
                    }
                }
            }
            found.append(region)
        }
        return found
    }

    /// Counts where `isFound` accepts the score.
    private struct Counts {
        var truePositives = 0
        var falsePositives = 0
        var overlap = 0.0
    }

    private func counts(where isFound: (Float) -> Bool) -> Counts {
        var counts = Counts()
        let regionCount = Double(regions.map(\.count).reduce(0, +))
        for (picture, regions) in zip(pictures, regions) {
            for (index, score) in picture.map.values.enumerated() where isFound(score) {
                if picture.holds(index) { counts.truePositives += 1 } else { counts.falsePositives += 1 }
            }
            for region in regions {
                let found = region.count { isFound(picture.map.values[$0]) }
                counts.overlap += Double(found) / Double(region.count) / regionCount
            }
        }
        return counts
    }

    private var thresholds: [Float] { Set(pictures.flatMap { $0.map.values.map { $0 + 0 } }).sorted(by: >) }

    /// All pairs of a positive and a negative: the share in which the positive scores higher, ties half.
    var auroc: Double {
        var (found, missed): ([Float], [Float]) = ([], [])
        for picture in pictures {
            for (index, score) in picture.map.values.enumerated() {
                if picture.holds(index) { found.append(score) } else { missed.append(score) }
            }
        }
        let wins = found.reduce(0.0) { sum, high in
            sum + missed.reduce(0.0) { $0 + (high > $1 ? 1 : high == $1 ? 0.5 : 0) }
        }
        return wins / Double(found.count) / Double(missed.count)
    }

    var averagePrecision: Double {
        var (area, recall) = (0.0, 0.0)
        for threshold in thresholds {
            let counts = counts { $0 >= threshold }
            let next = Double(counts.truePositives) / Double(positives)
            let precision = Double(counts.truePositives) / Double(counts.truePositives + counts.falsePositives)
            area += (next - recall) * precision
            recall = next
        }
        return area
    }

    var f1: (value: Double, threshold: Float) {
        thresholds.reduce((0, 0)) { best, threshold in
            let counts = counts { $0 >= threshold }
            let value =
                2 * Double(counts.truePositives)
                / Double(counts.truePositives + counts.falsePositives + positives)
            return value > best.0 ? (value, threshold) : best
        }
    }

    /// - Parameter limit: of the false positive rate.
    func aupro(to limit: Double) -> Double {
        var (rate, overlap, area) = (0.0, 0.0, 0.0)
        for threshold in thresholds {
            let counts = counts { $0 >= threshold }
            let nextRate = Double(counts.falsePositives) / Double(negatives)
            if nextRate > limit {
                let height = overlap + (counts.overlap - overlap) * (limit - rate) / (nextRate - rate)
                return (area + (limit - rate) * (overlap + height) / 2) / limit
            }
            area += (nextRate - rate) * (overlap + counts.overlap) / 2
            (rate, overlap) = (nextRate, counts.overlap)
        }
        return area / limit
    }

    /// The share of regions found at the lowest threshold down to which false regions never are too many.
    func regionRecall(budget: Double) -> Double {
        let all = Double(regions.map(\.count).reduce(0, +))
        var recall = 0.0
        for threshold in thresholds {
            let wrong = pictures.map { picture in
                Self.regions(of: picture.map.mask(atLeast: threshold)).count { !$0.contains(where: picture.holds) }
            }
            if Double(wrong.reduce(0, +)) > budget * Double(pictures.count) { return recall }
            let found = zip(pictures, regions).map { picture, regions in
                regions.count { $0.contains { picture.map.values[$0] >= threshold } }
            }
            recall = Double(found.reduce(0, +)) / all
        }
        return recall
    }

    /// Nil where fewer than two points are kept or all have one rate.
    var auproCompatible: Double? {
        let scores = pictures.flatMap(\.map.values).map(Double.init)
        guard let lowest = scores.min(), let highest = scores.max(), lowest < highest else { return nil }
        let points = (0..<200).compactMap { step -> (Double, Double)? in
            let threshold = lowest + Double(step) * ((highest - lowest) / 200)
            let counts = counts { Double($0) > threshold }
            let rate = Double(counts.falsePositives) / Double(negatives)
            return rate < 0.3 ? (rate, counts.overlap) : nil
        }
        guard let first = points.first, let last = points.last, first.0 > last.0 else { return nil }
        let area = zip(points, points.dropFirst()).reduce(0) { $0 + ($1.0.0 - $1.1.0) * ($1.0.1 + $1.1.1) / 2 }
        return area / (first.0 - last.0)
    }
}
