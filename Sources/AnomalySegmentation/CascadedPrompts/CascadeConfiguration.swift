/// CPS: from a group of points to a mask by up to three passes through SAM's decoder.
public struct CascadeConfiguration: Hashable, Sendable, Codable, ConfigurationPart {
    /// Which of several masks goes on.
    public enum SelectionRule: Hashable, Sendable, Codable {
        /// The highest predicted IoU.
        case predictedIoU
        /// The highest agreement with the map: mean n inside, less mean n in a ring around, plus half the predicted IoU.
        /// The ring is what a disc of this diameter adds; odd pixels where the picture's longer side has 518.
        case mapAgreement(ringDiameter: Int = 25)
    }

    /// Which parts of the second stage's mask the box is put around.
    public enum BoxRule: String, Hashable, Sendable, Codable, CaseIterable {
        /// The connected part with the highest mean S.
        case bestComponent
        /// All connected parts that hold a positive; the best one where none does.
        case containsPositive
        /// Everything.
        case all
    }

    /// What stands for a group whose every mask was rejected.
    public enum Fallback: String, Hashable, Sendable, Codable {
        /// The group's own part of the extreme region.
        case groupMask
        /// Nothing.
        case nothing
    }

    /// What is taken out of the last mask. Areas are in pixels of a picture whose longer side is 1,024.
    public struct Cleaning: Hashable, Sendable, Codable {
        /// A part without a positive is kept when its mean n is at least this share of the group's peak, 0...1.
        public var keptRelativeHeat: Float = 0.5
        /// Smaller holes are filled.
        public var holeArea: Float = 64
        /// Smaller parts are dropped.
        public var islandArea: Float = 16

        /// The defaults.
        public init() {}
    }

    /// Passes through the decoder: 1 points; 2 and the mask before; 3 and the box of that mask.
    public var stageCount = 3
    /// For each stage, whether SAM gives three masks (its multimask output) or a single one.
    public var multimaskByStage = [false, false, false]
    /// Which of three masks goes on.
    public var selectionRule = SelectionRule.mapAgreement()
    /// What the third stage's box is put around.
    public var boxRule = BoxRule.bestComponent
    /// The box is grown on each side by this share of its own width and height.
    public var boxPadding: Float = 0.02
    /// A mask over a larger share of the picture has taken the whole object and is rejected, 0...1.
    public var areaMaximum: Float = 0.5
    /// A group that itself covers more than this share may have a mask of any area, 0...1.
    public var largeGroupArea: Float = 0.25
    /// A mask with a lower mean n is rejected, 0...1.
    public var meanHeatMinimum: Float = 0.25
    /// Whether a mask that holds none of its group's positives is rejected.
    public var requiresPositive = true
    /// What stands for a group whose every mask was rejected.
    public var fallback = Fallback.groupMask
    /// What is taken out of the last mask; nil: nothing.
    public var cleaning: Cleaning? = Cleaning()

    /// The defaults.
    public init() {}

    func validate() throws(AnomalySegmentationError) {
        let check = ConfigurationCheck("cascade")
        try check.count("stageCount", stageCount, in: 1...3)
        try check.require(
            multimaskByStage.count == 3, "multimaskByStage", multimaskByStage,
            "a list of three, one entry a stage")
        if case .mapAgreement(let diameter) = selectionRule {
            try check.diameter("selectionRule.ringDiameter", diameter, in: 3...AnomalyMapConfiguration.standardSide - 1)
        }
        try check.number("boxPadding", boxPadding, in: 0...1)
        try check.number("areaMaximum", areaMaximum, in: 0...1)
        try check.number("largeGroupArea", largeGroupArea, in: 0...1)
        try check.number("meanHeatMinimum", meanHeatMinimum, in: 0...1)
        guard let cleaning else { return }
        try check.number("cleaning.keptRelativeHeat", cleaning.keptRelativeHeat, in: 0...1)
        try check.number("cleaning.holeArea", cleaning.holeArea, in: 0...1_048_576)
        try check.number("cleaning.islandArea", cleaning.islandArea, in: 0...1_048_576)
    }
}
