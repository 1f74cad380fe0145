/// How the map S and the masks become the final map A. The absolute scale of S is kept: nothing is scaled by picture.
public struct FusionConfiguration: Hashable, Sendable, Codable {
    public enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
        /// `A = (1 - lambda) S + lambda max_g(c_g P_g)`: outside of the masks the order of S stands.
        case blend
        /// `A = S M`, or S where there is no mask: many pixels tie at 0.
        case gate
        /// `A = S (epsilon + (1 - epsilon) max_g(P_g))`.
        case softGate
        /// `A = max_g(c_g M_g)`.
        case mask
        /// `A = S`.
        case clip
    }

    public var mode: Mode
    /// Weight of the masks in `.blend`, 0...1. lambda
    public var maskWeight: Float
    /// What is left of S far from every mask in `.softGate`, 0...1. epsilon
    public var gateFloor: Float
    /// `P = sigmoid(logits / T)`; logits. T
    public var temperature: Float
    /// `c = (mean S over the mask)^(1 - eta) (highest S of the group)^eta`, 0...1. eta
    public var peakWeight: Float
    /// Whether c is multiplied by the predicted IoU, cut to 0...1.
    public var usesPredictedIoU: Bool
    /// P is 0 beyond the mask's box grown on each side by this share of its width and height.
    public var boxPadding: Float
    /// Of two masks with a larger IoU only the one with the larger c is kept, 0...1.
    public var overlapMaximum: Float
    /// Weight of the whole picture's CLIP score in the picture's score, 0...1; the rest is the largest A.
    public var pictureScoreWeight: Float

    public init(
        mode: Mode = .softGate, maskWeight: Float = 0.3, gateFloor: Float = 0.5, temperature: Float = 1,
        peakWeight: Float = 0.5, usesPredictedIoU: Bool = true, boxPadding: Float = 0.1,
        overlapMaximum: Float = 0.8, pictureScoreWeight: Float = 0.5
    ) {
        self.mode = mode
        self.maskWeight = maskWeight
        self.gateFloor = gateFloor
        self.temperature = temperature
        self.peakWeight = peakWeight
        self.usesPredictedIoU = usesPredictedIoU
        self.boxPadding = boxPadding
        self.overlapMaximum = overlapMaximum
        self.pictureScoreWeight = pictureScoreWeight
    }

    /// The soft gate: with small weights at several stages of their training, and one setting for five kinds of defects
    /// of magnetic tiles, it gained F1 over the map alone at no loss of AUROC. The blend gained more where masks were
    /// good and lost on small defects where they were too large.
    public static let `default` = FusionConfiguration()

    /// The published gains in F1 and AP at a slightly lower AUROC fit the product of map and mask.
    public static let paper = FusionConfiguration(mode: .gate)

    func validate() throws(AnomalySegmentationError) {
        try ConfigurationCheck.within("fusion.maskWeight", maskWeight, 0...1)
        try ConfigurationCheck.within("fusion.gateFloor", gateFloor, 0...1)
        try ConfigurationCheck.above("fusion.temperature", temperature, 0)
        try ConfigurationCheck.within("fusion.peakWeight", peakWeight, 0...1)
        try ConfigurationCheck.within("fusion.boxPadding", boxPadding, 0...1)
        try ConfigurationCheck.within("fusion.overlapMaximum", overlapMaximum, 0...1)
        try ConfigurationCheck.within("fusion.pictureScoreWeight", pictureScoreWeight, 0...1)
    }
}
