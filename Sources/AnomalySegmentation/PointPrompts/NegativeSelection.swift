import Imaging
import NeuralNetwork
import Tensors

/// Which pixels around a group become negatives.
struct NegativeSelection {
    let map: HeatMap
    let extreme: Mask
    /// Positives of all groups: a negative beside any of them would contradict it.
    let positives: [MapPixel]
    /// The picture the points are for.
    let picture: ImageSize
    let configuration: PointPromptConfiguration

    struct Choice: Hashable {
        let pixel: MapPixel
        let similarity: Float
        let reason: ChosenPoint.Reason
    }

    /// Negatives, best first, and the ring they come from. Ties go to the upper, then to the left pixel.
    ///
    /// - Parameter taps: at the group's place, for observers.
    func choose(
        around group: Mask, similarity: SimilarityGrid, taps: ActivationTaps? = nil
    ) -> (choices: [Choice], ring: RingReport) {
        var (diameter, growths) = (configuration.ringDiameter, 0)
        var ring = ringPixels(group, diameter)
        var candidates = coldPixels(ring)
        while candidates.count < configuration.negativeCount && growths < configuration.ringGrowthLimit {
            diameter = SurroundingRing.grown(diameter, by: configuration.ringGrowth)
            growths += 1
            ring = ringPixels(group, diameter)
            candidates = coldPixels(ring)
        }
        if let taps, taps.asks("ring") {
            ring = handed(ring.map { ($0, 1) }, elsewhere: 0, to: taps, "ring").filter { $0.value > 0.5 }.map(\.index)
            candidates = coldPixels(ring)
        }
        let admitsHeat = candidates.isEmpty && !ring.isEmpty
        if admitsHeat { candidates = ring }
        let report = RingReport(
            diameter: diameter, growths: growths, area: ring.count, candidates: candidates.count,
            admitsHeat: admitsHeat)
        return (greedy(candidates, similarity, taps: taps), report)
    }

    /// Values of some pixels as an observer saw them on the map's raster and may have replaced them; those that are not
    /// finite then are dropped.
    private func handed(
        _ values: [(index: Int, value: Float)], elsewhere: Float, to taps: ActivationTaps, _ name: String
    ) -> [(index: Int, value: Float)] {
        var map = ScoreMap(size: map.size, repeating: elsewhere).values
        for (index, value) in values { map[index] = value }
        let raster = taps(name, Tensor(map, shape: [self.map.size.height, self.map.size.width]))
        return raster.values.enumerated().filter(\.element.isFinite).map { ($0.offset, $0.element) }
    }

    private func ringPixels(_ group: Mask, _ diameter: Int) -> [Int] {
        let ring = SurroundingRing.mask(around: group, extreme: extreme, diameter: diameter)
        let width = ring.size.width
        return ring.values.indices.filter { index in
            guard ring.values[index] else { return false }
            let pixel = MapPixel(x: index % width, y: index / width)
            return positives.allSatisfy { $0.distance(to: pixel) >= Double(configuration.negativeClearance) }
        }
    }

    private func coldPixels(_ ring: [Int]) -> [Int] {
        let maximum = configuration.negativeRule.heatMaximum
        return ring.filter { map.heat.values[$0] <= maximum }
    }

    private func greedy(_ candidates: [Int], _ similarity: SimilarityGrid, taps: ActivationTaps?) -> [Choice] {
        guard configuration.negativeCount > 0 else { return [] }
        let size = map.size
        var weighed = candidates.map { index in
            let pixel = MapPixel(x: index % size.width, y: index / size.width)
            let point = ImagePoint(x: Double(pixel.x), y: Double(pixel.y))
                .mapped(from: size, to: picture)
            let alike = similarity.value(at: point)
            return (index: index, pixel: pixel, similarity: alike, cost: cost(alike, map.heat.values[index]))
        }
        if let taps, taps.asks("cost") {
            let costs = handed(weighed.map { ($0.index, $0.cost) }, elsewhere: .infinity, to: taps, "cost")
            let byIndex = Dictionary(uniqueKeysWithValues: costs.map { ($0.index, $0.value) })
            weighed = weighed.compactMap { candidate in
                byIndex[candidate.index].map { (candidate.index, candidate.pixel, candidate.similarity, $0) }
            }
        }
        var chosen: [Choice] = []
        // In a picture smaller than the map several pixels of the map fall on one of the picture.
        var taken = Set(positives.map { PointPromptGenerator.position(of: $0, in: picture, from: size) })
        for candidate in weighed.sorted(by: { $0.cost == $1.cost ? $0.index < $1.index : $0.cost < $1.cost }) {
            guard
                chosen.allSatisfy({
                    $0.pixel.distance(to: candidate.pixel) >= Double(configuration.negativeSpacing)
                })
            else { continue }
            let position = PointPromptGenerator.position(of: candidate.pixel, in: picture, from: size)
            guard taken.insert(position).inserted else { continue }
            chosen.append(
                Choice(pixel: candidate.pixel, similarity: candidate.similarity, reason: reason(candidate.cost)))
            if chosen.count == configuration.negativeCount { break }
        }
        return chosen
    }

    /// What the rule wants small.
    private func cost(_ similarity: Float, _ heat: Float) -> Float {
        switch configuration.negativeRule {
        case .leastSimilar(let weight, _): weight * (similarity + 1) / 2 + (1 - weight) * heat
        case .hardSimilar: -similarity
        case .lowestHeat: heat
        }
    }

    private func reason(_ cost: Float) -> ChosenPoint.Reason {
        switch configuration.negativeRule {
        case .leastSimilar: .leastSimilar(cost: cost)
        case .hardSimilar: .hardSimilar
        case .lowestHeat: .lowestHeat
        }
    }
}
