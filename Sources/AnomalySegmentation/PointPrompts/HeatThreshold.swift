import Imaging
import NeuralNetwork
import Tensors

/// Where n is cut.
enum HeatThreshold {
    static let bins = 256

    /// The cut by the configured rule, and what it covers.
    static func report(for map: HeatMap, _ configuration: PointPromptConfiguration) -> ThresholdReport {
        let heat = map.heat.values
        func report(_ cut: Float, _ rule: ThresholdReport.Rule, rejected: Float? = nil) -> ThresholdReport {
            ThresholdReport(
                heat: cut, score: map.score(ofHeat: cut), rule: rule, coverage: coverage(of: heat, cut),
                rejectedOtsuCoverage: rejected)
        }
        switch configuration.threshold {
        case .fixed(let cut): return report(cut, .fixed)
        case .percentile(let percent): return report(percentile(heat, percent), .percentile)
        case .otsu(let minimum, let maximum, let fallbackPercent):
            let found = report(otsu(heat), .otsu)
            if (minimum...maximum).contains(found.coverage) { return found }
            let other = report(percentile(heat, fallbackPercent), .percentile, rejected: found.coverage)
            // Where most pixels share one value the percentile may cover everything; a small region by Otsu is better.
            return other.coverage > max(maximum, found.coverage) ? found : other
        }
    }

    /// The cut as an observer saw it and may have moved it.
    static func handed(_ report: ThresholdReport, of map: HeatMap, to taps: ActivationTaps?) -> ThresholdReport {
        guard let taps, taps.asks("points.threshold") else { return report }
        let cut = taps("points.threshold", Tensor(report.heat)).values[0]
        return ThresholdReport(
            heat: cut, score: map.score(ofHeat: cut), rule: report.rule, coverage: coverage(of: map.heat.values, cut),
            rejectedOtsuCoverage: report.rejectedOtsuCoverage)
    }

    /// Share of the values that are at least `cut`.
    static func coverage(of heat: [Float], _ cut: Float) -> Float {
        heat.isEmpty ? 0 : Float(heat.count { $0 >= cut }) / Float(heat.count)
    }

    /// The lowest edge between two of 256 equal bins over 0...1 at which the variance between the classes is largest.
    /// Values outside are counted in the bin at their end.
    ///
    /// Sums are whole numbers, so that cuts in one gap of the histogram tie exactly and the lowest one wins.
    static func otsu(_ heat: [Float]) -> Float {
        var counts = [Int](repeating: 0, count: bins)
        for value in heat { counts[bin(of: value)] += 1 }
        let total = heat.count
        let moment = counts.enumerated().reduce(0) { $0 + $1.offset * $1.element }
        var best = (edge: bins / 2, variance: 0.0)
        var (below, momentBelow) = (0, 0)
        for edge in 1..<bins {
            below += counts[edge - 1]
            momentBelow += (edge - 1) * counts[edge - 1]
            if below == 0 || below == total { continue }
            // The variance between the classes, but for the factor that is the same at every cut.
            let spread = Double(total) * Double(momentBelow) - Double(below) * Double(moment)
            let variance = spread * spread / (Double(below) * Double(total - below))
            if variance > best.variance { best = (edge, variance) }
        }
        return Float(best.edge) / Float(bins)
    }

    /// The bin whose lower edge is at most the value. Edges are whole multiples of 1/256, which Float holds exactly,
    /// so that `n >= edge / 256` cuts between the same pixels as the bins do.
    private static func bin(of value: Float) -> Int {
        min(bins - 1, max(0, Int(min(max(value, 0), 1) * Float(bins))))
    }

    /// The smallest value that at least `percent` per cent of the values do not exceed.
    static func percentile(_ heat: [Float], _ percent: Float) -> Float {
        guard !heat.isEmpty else { return 0 }
        let rank = (Double(percent) / 100 * Double(heat.count - 1)).rounded(.up)
        return heat.value(atRank: min(heat.count - 1, max(0, Int(rank))))
    }
}
