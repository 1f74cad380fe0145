import Imaging

/// Which pixels of a group become positives.
enum PositiveSelection {
    struct Choice: Hashable {
        let pixel: MapPixel
        let reason: ChosenPoint.Reason
    }

    /// Pixels whose n differs by less than this from the peak share it.
    private static let plateauTolerance: Float = 1e-6

    /// The pixels, best first; at least one. Ties go to the upper, then to the left pixel.
    static func choose(
        in region: AnomalyRegions.Region, heat: ScoreMap, _ configuration: PointPromptConfiguration
    ) -> [Choice] {
        let first = peak(of: region, heat: heat)
        switch configuration.spacing {
        case .distance(let pixels): return spaced(by: pixels, from: first, region, heat, configuration)
        case .rankStride(let ranks): return ranked(by: ranks, from: first, region, heat, configuration)
        }
    }

    /// The peak, or the pixel of its plateau that is nearest to the plateau's centroid.
    private static func peak(of region: AnomalyRegions.Region, heat: ScoreMap) -> Choice {
        let width = heat.size.width
        let plateau = indices(of: region.mask) { heat.values[$0] >= region.peak - plateauTolerance }
        if plateau.count <= 1 { return Choice(pixel: pixel(region.firstPeak, width), reason: .peak) }
        let x = plateau.reduce(0.0) { $0 + Double($1 % width) } / Double(plateau.count)
        let y = plateau.reduce(0.0) { $0 + Double($1 / width) } / Double(plateau.count)
        func distance(_ index: Int) -> Double {
            let (dx, dy) = (Double(index % width) - x, Double(index / width) - y)
            return dx * dx + dy * dy
        }
        var best = plateau[0]
        for index in plateau where distance(index) < distance(best) { best = index }
        return Choice(pixel: pixel(best, width), reason: .plateau(pixels: plateau.count))
    }

    private static func spaced(
        by pixels: Float, from first: Choice, _ region: AnomalyRegions.Region, _ heat: ScoreMap,
        _ configuration: PointPromptConfiguration
    ) -> [Choice] {
        var chosen = [first]
        guard configuration.positiveCount > 1 else { return chosen }
        let lowest = configuration.positiveRelativeMinimum * region.peak
        for index in ranking(of: region, heat, atLeast: lowest) {
            let candidate = pixel(index, heat.size.width)
            guard candidate != first.pixel,
                chosen.allSatisfy({ $0.pixel.distance(to: candidate) >= Double(pixels) })
            else { continue }
            chosen.append(Choice(pixel: candidate, reason: .spaced))
            if chosen.count == configuration.positiveCount { break }
        }
        return chosen
    }

    private static func ranked(
        by ranks: Int, from first: Choice, _ region: AnomalyRegions.Region, _ heat: ScoreMap,
        _ configuration: PointPromptConfiguration
    ) -> [Choice] {
        var chosen = [first]
        let lowest = configuration.positiveRelativeMinimum * region.peak
        let ranking = ranking(of: region, heat, atLeast: lowest)
        for rank in stride(from: ranks, to: ranking.count, by: ranks) {
            if chosen.count == configuration.positiveCount { break }
            let candidate = pixel(ranking[rank], heat.size.width)
            // The plateau rule may have moved the first point to this very rank.
            if candidate != first.pixel { chosen.append(Choice(pixel: candidate, reason: .ranked(rank))) }
        }
        return chosen
    }

    /// The region's pixels with n of at least `lowest`, highest first, ties in the order of the rows.
    private static func ranking(of region: AnomalyRegions.Region, _ heat: ScoreMap, atLeast lowest: Float) -> [Int] {
        let values = heat.values
        return indices(of: region.mask) { values[$0] >= lowest }
            .sorted { values[$0] == values[$1] ? $0 < $1 : values[$0] > values[$1] }
    }

    private static func indices(of mask: Mask, where isIncluded: (Int) -> Bool) -> [Int] {
        mask.values.indices.filter { mask.values[$0] && isIncluded($0) }
    }

    private static func pixel(_ index: Int, _ width: Int) -> MapPixel {
        MapPixel(x: index % width, y: index / width)
    }
}
