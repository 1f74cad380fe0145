/// How the map S and the masks become the final map A. The absolute scale of S is kept: nothing is scaled by picture.
public struct FusionConfiguration: Hashable, Sendable, Codable, ConfigurationPart {
    /// The formula. M_g is the mask of group g, P_g its probability, c_g its confidence; S is smoothed by SAM's features where
    /// the configuration has an `affinity`.
    public enum Mode: Hashable, Sendable, Codable {
        /// `A = (1 - lambda) S + lambda max_g(c_g P_g)`: outside of the masks the order of S stands. lambda is 0...1.
        case blend(maskWeight: Float = 0.3)
        /// `A = S M`, or S where there is no mask: many pixels tie at 0.
        case gate
        /// `A = (1 - lambda) S (1 - (1 - epsilon) q (1 - max_g(P_g))) + lambda max_g(c_g P_g)`: far from every mask S is
        /// lowered, the more the surer SAM is of its best mask, and on a mask it is raised. q is the largest predicted IoU of
        /// the masks (cut to 0...1; 1 where it is not used); epsilon, 0...1, is what is left of S when q is 1; lambda is 0...1.
        case softGate(floor: Float = 0.5, maskWeight: Float = 0.15)
        /// `A = max_g(c_g M_g)`.
        case mask
        /// `A = S` as CLIP made it; `blend(maskWeight: 0)` is the smoothed S.
        case clip
    }

    /// The formula. With the small weights the soft gate gains over the smoothed map on tiles, cracks and leather, and is even
    /// on plates (docs/Results.md). Without the predicted IoU it lost on plates, where SAM knows that it is unsure.
    public var mode = Mode.softGate()
    /// `P = sigmoid(logits / T)`; logits. T
    public var temperature: Float = 1
    /// `c = (mean S over the mask)^(1 - eta) (highest S of the group)^eta`, 0...1. eta
    public var peakWeight: Float = 0.5
    /// Whether c is multiplied by the predicted IoU, cut to 0...1, and the soft gate weighed by it.
    public var usesPredictedIoU = true
    /// P is 0 beyond the mask's box grown on each side by this share of its width and height.
    public var boxPadding: Float = 0.1
    /// Of two masks with a larger IoU only the one with the larger c is kept, 0...1.
    public var overlapMaximum: Float = 0.8
    /// Weight of the whole picture's CLIP score in the picture's score, 0...1; the rest is the largest A.
    public var pictureScoreWeight: Float = 0.5

    /// The defaults.
    public init() {}

    func validate() throws(AnomalySegmentationError) {
        let check = ConfigurationCheck("fusion")
        switch mode {
        case .blend(let weight): try check.number("mode.maskWeight", weight, in: 0...1)
        case .softGate(let floor, let weight):
            try check.number("mode.floor", floor, in: 0...1)
            try check.number("mode.maskWeight", weight, in: 0...1)
        case .gate, .mask, .clip: break
        }
        try check.positive("temperature", temperature)
        try check.number("peakWeight", peakWeight, in: 0...1)
        try check.number("boxPadding", boxPadding, in: 0...1)
        try check.number("overlapMaximum", overlapMaximum, in: 0...1)
        try check.number("pictureScoreWeight", pictureScoreWeight, in: 0...1)
    }
}
