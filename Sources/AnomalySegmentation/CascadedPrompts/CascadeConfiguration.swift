/// CPS: from a group of points to a mask by up to three questions to SAM's decoder.
public struct CascadeConfiguration: Hashable, Sendable, Codable {
    /// Which of several masks goes on.
    public enum SelectionRule: String, Hashable, Sendable, Codable, CaseIterable {
        /// The highest predicted IoU.
        case predictedIoU
        /// The highest agreement with the map: mean n inside, less mean n in a ring around, plus half the predicted
        /// IoU.
        case mapAgreement
    }

    /// Which parts of the second mask the box is put around.
    public enum BoxRule: String, Hashable, Sendable, Codable, CaseIterable {
        /// The connected part with the highest mean S.
        case bestComponent
        /// All connected parts that hold a positive; the best one where none does.
        case containsPositive
        /// Everything.
        case all
    }

    /// What stands for a group whose every mask was rejected.
    public enum Fallback: String, Hashable, Sendable, Codable, CaseIterable {
        /// The group's own part of the extreme region.
        case groupMask
        /// Nothing.
        case nothing
    }

    /// Questions asked: 1 points; 2 and the mask before; 3 and the box of that mask.
    public var stageCount: Int
    /// For each stage, whether SAM gives its three masks or its single one.
    public var asksForMultipleMasks: [Bool]
    /// Which of three masks goes on.
    public var selectionRule: SelectionRule
    /// Diameter of the disc whose ring `.mapAgreement` looks at; odd pixels at 518 on the picture's longer side.
    public var agreementRingDiameter: Int
    /// What the third stage's box is put around.
    public var boxRule: BoxRule
    /// The box is grown on each side by this share of its own width and height.
    public var boxPadding: Float
    /// A mask over a larger share of the picture has taken the whole object and is rejected, 0...1.
    public var areaMaximum: Float
    /// ... unless the group itself covers more than this share, 0...1.
    public var largeGroupArea: Float
    /// A mask with a lower mean n is rejected, 0...1.
    public var meanHeatMinimum: Float
    /// Whether a mask that holds none of its group's positives is rejected.
    public var requiresPositive: Bool
    /// What stands for a group whose every mask was rejected.
    public var fallback: Fallback
    /// Whether the last mask is cleaned.
    public var cleans: Bool
    /// A part without a positive is kept when its mean n is at least this share of the group's peak, 0...1.
    public var keptRelativeHeat: Float
    /// Smaller holes are filled; pixels of a picture whose longer side is 1,024.
    public var holeArea: Float
    /// Smaller parts are dropped; pixels of a picture whose longer side is 1,024.
    public var islandArea: Float

    public init(
        stageCount: Int = 3, asksForMultipleMasks: [Bool] = [false, false, false],
        selectionRule: SelectionRule = .mapAgreement, agreementRingDiameter: Int = 25,
        boxRule: BoxRule = .bestComponent, boxPadding: Float = 0.02, areaMaximum: Float = 0.5,
        largeGroupArea: Float = 0.25, meanHeatMinimum: Float = 0.25, requiresPositive: Bool = true,
        fallback: Fallback = .groupMask, cleans: Bool = true, keptRelativeHeat: Float = 0.5, holeArea: Float = 64,
        islandArea: Float = 16
    ) {
        self.stageCount = stageCount
        self.asksForMultipleMasks = asksForMultipleMasks
        self.selectionRule = selectionRule
        self.agreementRingDiameter = agreementRingDiameter
        self.boxRule = boxRule
        self.boxPadding = boxPadding
        self.areaMaximum = areaMaximum
        self.largeGroupArea = largeGroupArea
        self.meanHeatMinimum = meanHeatMinimum
        self.requiresPositive = requiresPositive
        self.fallback = fallback
        self.cleans = cleans
        self.keptRelativeHeat = keptRelativeHeat
        self.holeArea = holeArea
        self.islandArea = islandArea
    }

    public static let `default` = CascadeConfiguration()

    /// The bare ladder: one mask a stage, the tight box of the hottest part, no guards, no cleaning.
    public static let paper = CascadeConfiguration(
        boxPadding: 0, areaMaximum: 1, meanHeatMinimum: 0, requiresPositive: false, cleans: false)

    /// The ladder of PerSAM: three masks from the second stage on, by predicted IoU, a tight box around all.
    public static let perSAM = CascadeConfiguration(
        asksForMultipleMasks: [false, true, true], selectionRule: .predictedIoU, boxRule: .all, boxPadding: 0,
        areaMaximum: 1, meanHeatMinimum: 0, requiresPositive: false, cleans: false)

    func validate() throws(AnomalySegmentationError) {
        try ConfigurationCheck.within("cascade.stageCount", stageCount, 1...3)
        if asksForMultipleMasks.count != 3 {
            throw .invalidConfiguration(
                field: "cascade.asksForMultipleMasks", value: "\(asksForMultipleMasks)",
                expected: "a list of three, one entry a stage")
        }
        try ConfigurationCheck.odd("cascade.agreementRingDiameter", agreementRingDiameter, 3...517)
        try ConfigurationCheck.within("cascade.boxPadding", boxPadding, 0...1)
        try ConfigurationCheck.within("cascade.areaMaximum", areaMaximum, 0...1)
        try ConfigurationCheck.within("cascade.largeGroupArea", largeGroupArea, 0...1)
        try ConfigurationCheck.within("cascade.meanHeatMinimum", meanHeatMinimum, 0...1)
        try ConfigurationCheck.within("cascade.keptRelativeHeat", keptRelativeHeat, 0...1)
        try ConfigurationCheck.within("cascade.holeArea", holeArea, 0...1_048_576)
        try ConfigurationCheck.within("cascade.islandArea", islandArea, 0...1_048_576)
    }
}
