import Imaging

/// What all tiles of a picture have in common: one scale and one cut, so that a tile without a defect has no region,
/// however much its own warmest part stands out.
struct TileScale: Sendable {
    /// Smallest and largest S over all tiles.
    let range: ClosedRange<Float>
    /// The cut, made on the values of all tiles.
    let threshold: ThresholdReport?
    /// Why SAM need not run on any tile; nil where it must on some.
    let omission: AnomalyResult.Omission?

    /// Values of S from all tiles.
    struct Collection {
        private let step: Int
        private var sample: [Float] = []
        private var range: ClosedRange<Float>?

        /// More values than these do not move a cut.
        private static let mostValues = 4 << 20

        /// - Parameters:
        ///   - tiles: how many there are.
        ///   - side: of their square maps, pixels.
        init(tiles: Int, side: Int) {
            let values = tiles * side * side
            var step = (values + Self.mostValues - 1) / Self.mostValues
            // Not always the same columns.
            while step > 1 && side % step == 0 { step += 1 }
            self.step = max(1, step)
        }

        /// - Throws: ``AnomalySegmentationError/mapNotFinite(x:y:)``.
        mutating func add(
            _ squareMap: ScoreMap, _ normalization: PointPromptConfiguration.Normalization
        ) throws(AnomalySegmentationError) {
            let found = try HeatMap(squareMap, normalization: normalization).range
            range =
                range.map { min($0.lowerBound, found.lowerBound)...max($0.upperBound, found.upperBound) } ?? found
            for index in stride(from: 0, to: squareMap.values.count, by: step) {
                sample.append(squareMap.values[index])
            }
        }

        /// The scale of all that was added.
        func scale(_ configuration: AnomalyConfiguration) throws(AnomalySegmentationError) -> TileScale {
            let range = range ?? 0...0
            let heat = try HeatMap(
                ScoreMap(size: ImageSize(width: sample.count, height: 1), values: sample),
                normalization: configuration.points.normalization, range: range)
            let omission = heat.omission(gate: configuration.promptGate)
            if let omission { return TileScale(range: range, threshold: nil, omission: omission) }
            let threshold = HeatThreshold.report(for: heat, configuration.points)
            return TileScale(
                range: range, threshold: threshold,
                omission: heat.peak < threshold.heat ? .noGroups : nil)
        }
    }
}
