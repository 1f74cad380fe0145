import Imaging

/// The map S beside n, the scale on which regions are cut and points are ranked.
struct HeatMap: Sendable {
    /// S, the absolute score.
    let scores: ScoreMap
    /// n.
    let heat: ScoreMap
    /// Smallest and largest S.
    let range: ClosedRange<Float>
    private let normalization: PointPromptConfiguration.Normalization

    /// Below this range of S there is nothing to point at.
    static let flatRange: Float = 1e-6
    private static let guardTerm: Float = 1e-8

    /// - Throws: ``AnomalySegmentationError/mapNotFinite(x:y:)``.
    init(_ scores: ScoreMap, normalization: PointPromptConfiguration.Normalization) throws(AnomalySegmentationError) {
        if let index = scores.values.firstIndex(where: { !$0.isFinite }) {
            throw .mapNotFinite(x: index % scores.size.width, y: index / scores.size.width)
        }
        self.scores = scores
        self.normalization = normalization
        range = scores.range ?? 0...0
        heat = Self.normalized(scores, range, normalization)
    }

    /// Whether all pixels are equal, or there are none.
    var isFlat: Bool { range.upperBound - range.lowerBound < Self.flatRange }

    var size: ImageSize { scores.size }

    /// S to n, with this picture's scale, for the same map on another raster.
    func heat(of other: ScoreMap) -> ScoreMap { Self.normalized(other, range, normalization) }

    /// n to S.
    func score(ofHeat heat: Float) -> Float {
        switch normalization {
        case .minMax: range.lowerBound + heat * (range.upperBound - range.lowerBound + Self.guardTerm)
        case .none: heat
        }
    }

    private static func normalized(
        _ scores: ScoreMap, _ range: ClosedRange<Float>, _ rule: PointPromptConfiguration.Normalization
    ) -> ScoreMap {
        switch rule {
        case .none: return scores
        case .minMax:
            let width = range.upperBound - range.lowerBound + guardTerm
            return scores.map { ($0 - range.lowerBound) / width }
        }
    }
}
