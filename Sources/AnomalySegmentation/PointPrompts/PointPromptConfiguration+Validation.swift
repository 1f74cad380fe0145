extension PointPromptConfiguration {
    func validate() throws(AnomalySegmentationError) {
        let check = ConfigurationCheck("points")
        switch threshold {
        case .otsu(let minimum, let maximum, let percent):
            try check.number("threshold.coverageMaximum", maximum, in: 0...1)
            try check.number("threshold.coverageMinimum", minimum, in: 0...maximum)
            try check.number("threshold.fallbackPercent", percent, in: 0...100)
        case .fixed(let heat): try check.number("threshold.heat", heat, in: 0...1)
        case .percentile(let percent): try check.number("threshold.percent", percent, in: 0...100)
        }
        try check.count("minimumRegionArea", minimumRegionArea, in: 0...Int.max)
        try check.count("positiveCount", positiveCount, in: 1...Self.mostPoints)
        switch spacing {
        case .distance(let pixels): try check.number("spacing.pixels", pixels, in: 0...Self.longestLength)
        case .rankStride(let ranks): try check.count("spacing.ranks", ranks, in: 1...Int(Int32.max))
        }
        try check.number("positiveRelativeMinimum", positiveRelativeMinimum, in: 0...1)
        try check.diameter("ringDiameter", ringDiameter, in: 3...Int(Self.longestLength))
        try check.number("ringGrowth", ringGrowth, in: 1...8)
        try check.count("ringGrowthLimit", ringGrowthLimit, in: 0...8)
        try check.count("negativeCount", negativeCount, in: 0...Self.mostPoints)
        try check.number("negativeSpacing", negativeSpacing, in: 0...Self.longestLength)
        try check.number("negativeClearance", negativeClearance, in: 0...Self.longestLength)
        if case .leastSimilar(let weight, _) = negativeRule {
            try check.number("negativeRule.similarityWeight", weight, in: 0...1)
        }
        try check.number("negativeRule.heatMaximum", negativeRule.heatMaximum, in: 0...1)
        if case .perComponent(let limit) = grouping {
            try check.count("grouping.limit", limit, in: 1...Self.mostPoints)
        }
        try check.number("groupRelativeMinimum", groupRelativeMinimum, in: 0...1)
    }

    /// More points than a person would click; a bound on the decoder's work.
    private static let mostPoints = 256
    /// Longer than any raster that fits in memory.
    private static let longestLength: Float = 16383
}

extension PointPromptConfiguration.NegativeRule {
    /// A negative's n is at most this, as long as such pixels are found.
    var heatMaximum: Float {
        switch self {
        case .leastSimilar(_, let maximum), .hardSimilar(let maximum), .lowestHeat(let maximum): maximum
        }
    }
}
