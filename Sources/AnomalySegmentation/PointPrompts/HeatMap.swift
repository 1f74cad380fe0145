import Imaging
import NeuralNetwork

/// The map S beside n, the scale on which regions are cut and points are ranked.
struct HeatMap: Sendable {
    /// S, the absolute score.
    let scores: ScoreMap
    /// n.
    let heat: ScoreMap
    /// Smallest and largest S of all that shares the scale.
    let range: ClosedRange<Float>
    private let normalization: PointPromptConfiguration.Normalization

    /// Below this range of S there is nothing to point at.
    static let flatRange: Float = 1e-6
    private static let guardTerm: Float = 1e-8

    /// - Parameters:
    ///   - scores: S.
    ///   - normalization: the rule for n.
    ///   - range: smallest and largest S of all that shares the scale; nil: of this map alone.
    ///   - taps: at the root, for observers.
    /// - Throws: ``AnomalySegmentationError/mapNotFinite(x:y:)``.
    init(
        _ scores: ScoreMap, normalization: PointPromptConfiguration.Normalization, range: ClosedRange<Float>? = nil,
        taps: ActivationTaps? = nil
    ) throws(AnomalySegmentationError) {
        if let index = scores.values.firstIndex(where: { !$0.isFinite }) {
            throw .mapNotFinite(x: index % scores.size.width, y: index / scores.size.width)
        }
        self.scores = scores
        self.normalization = normalization
        let scale = range ?? scores.range ?? 0...0
        self.range = scale
        heat = Self.normalized(scores, scale, normalization).handed(to: taps, "points.heat")
    }

    /// Whether all pixels are equal, or there are none.
    var isFlat: Bool { range.upperBound - range.lowerBound < Self.flatRange }

    /// The highest n of all that shares the scale.
    var peak: Float { Self.normalized(range.upperBound, range, normalization) }

    /// Why SAM need not run on this map; nil when it must.
    func omission(gate: Float) -> AnomalyResult.Omission? {
        isFlat ? .flatMap : range.upperBound < gate ? .belowGate : nil
    }

    var size: ImageSize { scores.size }

    /// S to n, with this picture's scale, for the same map on another raster.
    func heat(of other: ScoreRows) -> ScoreRows {
        normalization == .none ? other : other.map { Self.normalized($0, range, normalization) }
    }

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
        rule == .none ? scores : scores.map { normalized($0, range, rule) }
    }

    private static func normalized(
        _ score: Float, _ range: ClosedRange<Float>, _ rule: PointPromptConfiguration.Normalization
    ) -> Float {
        switch rule {
        case .none: score
        case .minMax: (score - range.lowerBound) / (range.upperBound - range.lowerBound + guardTerm)
        }
    }
}
