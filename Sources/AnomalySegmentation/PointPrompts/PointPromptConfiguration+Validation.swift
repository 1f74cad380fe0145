extension PointPromptConfiguration {
    func validate() throws(AnomalySegmentationError) {
        try ConfigurationCheck.within("points.fixedThreshold", fixedThreshold, 0...1)
        try ConfigurationCheck.within("points.percentile", percentile, 0...100)
        try ConfigurationCheck.within("points.coverageMaximum", coverageMaximum, 0...1)
        try ConfigurationCheck.within("points.coverageMinimum", coverageMinimum, 0...coverageMaximum)
        try ConfigurationCheck.within("points.minimumRegionArea", minimumRegionArea, 0...Int.max)
        try ConfigurationCheck.within("points.positiveCount", positiveCount, 1...Self.mostPoints)
        try ConfigurationCheck.within("points.positiveSpacing", positiveSpacing, 0...Self.longestLength)
        try ConfigurationCheck.within("points.rankStride", rankStride, 1...Int(Int32.max))
        try ConfigurationCheck.within("points.positiveRelativeMinimum", positiveRelativeMinimum, 0...1)
        try ConfigurationCheck.odd("points.ringDiameter", ringDiameter, 3...Int(Self.longestLength))
        try ConfigurationCheck.within("points.ringGrowth", ringGrowth, 1...8)
        try ConfigurationCheck.within("points.ringGrowthLimit", ringGrowthLimit, 0...8)
        try ConfigurationCheck.within("points.negativeCount", negativeCount, 0...Self.mostPoints)
        try ConfigurationCheck.within("points.negativeSpacing", negativeSpacing, 0...Self.longestLength)
        try ConfigurationCheck.within("points.negativeClearance", negativeClearance, 0...Self.longestLength)
        try ConfigurationCheck.within("points.negativeSimilarityWeight", negativeSimilarityWeight, 0...1)
        try ConfigurationCheck.within("points.negativeHeatMaximum", negativeHeatMaximum, 0...1)
        try ConfigurationCheck.within("points.hardHeatMaximum", hardHeatMaximum, 0...1)
        try ConfigurationCheck.within("points.groupLimit", groupLimit, 1...Self.mostPoints)
        try ConfigurationCheck.within("points.groupRelativeMinimum", groupRelativeMinimum, 0...1)
    }

    /// More points than a person would click; a bound on the decoder's work.
    private static let mostPoints = 256
    /// Longer than any raster that fits in memory.
    private static let longestLength: Float = 16383
}
