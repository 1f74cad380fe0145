import Imaging

/// Takes isolated noise out of a group's last mask.
enum MaskCleaning {
    /// Areas in the configuration are those of a picture with this longer side.
    private static let referenceSide = 1024.0

    /// The mask without parts that are small, or cold and without a positive; then with its small holes filled.
    static func cleaned(
        _ mask: MaskRows, of group: PromptGroup, heat: ScoreRows, _ configuration: CascadeConfiguration.Cleaning
    ) -> MaskRows {
        let parts = MaskParts(mask)
        let means = heat.means(over: parts.labels)
        let holding = parts.labels(under: group.positives.map(\.position))
        let warmest = configuration.keptRelativeHeat * group.peakHeat
        let islandArea = area(configuration.islandArea, in: mask.size)
        let kept = parts.labels.rows { part in
            guard part.area >= islandArea else { return false }
            return holding.contains(part.label) || means[Int(part.label) - 1] >= warmest
        }
        return kept.holesFilled(smallerThan: area(configuration.holeArea, in: mask.size))
    }

    /// Pixels here that make up `area` pixels of a picture of the reference side; rounded up, so that 0 alone is 0.
    static func area(_ area: Float, in size: ImageSize) -> Int {
        let scale = Double(max(size.width, size.height)) / referenceSide
        return Int((Double(area) * scale * scale).rounded(.up))
    }
}
