/// Evenly spaced scores to which all scores are rounded down, so that counts take memory for the steps alone.
///
/// A score below the lowest step counts as the lowest, one above the highest as the highest. Measures on a grid come with
/// the range in which those of the unrounded scores lie, ``PixelSummary/ranges``.
public struct ScoreGrid: Hashable, Sendable {
    /// The lowest step.
    public let lowest: Float
    /// The highest step.
    public let highest: Float
    /// How many steps lead from the lowest to the highest.
    public let steps: Int

    private let perScore: Double
    private let perStep: Double

    /// As many steps as a grid may have.
    public static let maximumSteps = 1 << 20

    /// - Throws: ``MetricsError/unusableGrid(lowest:highest:steps:)`` unless `lowest < highest`, both finite, and the steps
    ///   are 1...``maximumSteps``.
    public init(lowest: Float, highest: Float, steps: Int) throws(MetricsError) {
        let width = Double(highest) - Double(lowest)
        guard width > 0 && width.isFinite && (1...Self.maximumSteps).contains(steps) else {
            throw .unusableGrid(lowest: lowest, highest: highest, steps: steps)
        }
        self.lowest = lowest
        self.highest = highest
        self.steps = steps
        perScore = Double(steps) / width
        perStep = width / Double(steps)
    }

    /// The highest step that is not above `score`; the lowest one where all are.
    public func rounded(_ score: Float) -> Float {
        guard score > lowest else { return lowest }
        guard score < highest else { return highest }
        var step = Int((Double(score) - Double(lowest)) * perScore)
        // The quotient is rounded, the comparison is not.
        while step > 0 && value(step) > score { step -= 1 }
        while step < steps && value(step + 1) <= score { step += 1 }
        return value(step)
    }

    private func value(_ step: Int) -> Float {
        step == steps ? highest : Float(Double(lowest) + Double(step) * perStep)
    }
}
