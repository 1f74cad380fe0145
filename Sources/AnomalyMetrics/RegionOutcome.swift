public import Imaging

/// What became of one connected region of the truth, joined over edges and corners.
public struct RegionOutcome: Hashable, Sendable, Codable {
    /// Pixels.
    public let area: Int
    /// The smallest box around it.
    public let box: ImageBox
    /// The share of its pixels that the mask marks, 0...1; nil without a mask.
    public let found: Double?
    /// The lowest score in it.
    public let lowest: Float
    /// The score with half of the others below it, the lower of two: one of the scores themselves.
    public let median: Float
    /// The highest score in it.
    public let highest: Float

    /// The regions of a truth, in the order in which a scan by rows meets them.
    ///
    /// - Parameters:
    ///   - truth: the anomalous pixels.
    ///   - map: the scores, in the truth's raster.
    ///   - mask: the pixels that were found, in the same raster; nil where none were looked for.
    /// - Throws: `MetricsError` for sizes that differ or a score that is not a number.
    public static func regions(of truth: Mask, map: ScoreMap, mask: Mask?) throws(MetricsError) -> [RegionOutcome] {
        for size in [map.size, mask?.size ?? map.size] where size != truth.size {
            throw .sizesDiffer(map: size, truth: truth.size)
        }
        if let index = map.values.firstIndex(where: \.isNaN) { throw .notANumber(index: index) }
        let components = ConnectedComponents.label(truth)
        var scores = [[Float]](repeating: [], count: components.components.count)
        var found = [Int](repeating: 0, count: scores.count)
        let (values, marks) = (map.values, mask?.values)
        for y in 0..<truth.size.height {
            components.forEachRun(ofRow: y) { run, label in
                let pixels = y * truth.size.width + run.lowerBound..<y * truth.size.width + run.upperBound
                scores[Int(label) - 1] += values[pixels]
                if let marks { found[Int(label) - 1] += marks[pixels].count { $0 } }
            }
        }
        var outcomes: [RegionOutcome] = []
        for (index, component) in components.components.enumerated() {
            let sorted = scores[index].sorted()
            guard let lowest = sorted.first, let highest = sorted.last else { continue }
            outcomes.append(
                RegionOutcome(
                    area: component.area, box: component.box,
                    found: mask == nil ? nil : Double(found[index]) / Double(component.area),
                    lowest: lowest, median: sorted[(sorted.count - 1) / 2], highest: highest))
        }
        return outcomes
    }
}
