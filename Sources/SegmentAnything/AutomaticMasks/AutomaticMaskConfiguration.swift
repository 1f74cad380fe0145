public import Imaging

/// Where ``AutomaticMaskGenerator`` puts its point prompts and which masks it keeps. The defaults are those of
/// segment_anything's `SamAutomaticMaskGenerator`, whose name for each parameter is given.
public struct AutomaticMaskConfiguration: Sendable, Hashable {
    /// Where the point prompts lie.
    public enum Grid: Sendable, Hashable {
        /// The centres of that many equal cells a side (`points_per_side`); crops of layer n get the count divided by
        /// ``AutomaticMaskConfiguration/cropPointsDownscale`` n times, rounded down.
        case pointsPerSide(Int)
        /// Points for each layer of crops, the whole picture first, as fractions 0...1 of a crop's width and height
        /// (`point_grids`).
        case explicit([[ImagePoint]])
    }

    /// Where the point prompts lie.
    public var grid = Grid.pointsPerSide(32)
    /// Points that go through the decoder together (`points_per_batch`). More are a little faster; each takes some
    /// 20 MB with the published models. The masks do not depend on it.
    public var pointsPerBatch = 64
    /// Masks whose predicted IoU is no higher than this are dropped; 0 keeps all (`pred_iou_thresh`).
    public var predictedIoUThreshold: Float = 0.88
    /// Masks less stable than this are dropped; 0 keeps all (`stability_score_thresh`).
    public var stabilityThreshold: Float = 0.95
    /// How far the mask's threshold is moved to see how stable it is, in logits (`stability_score_offset`).
    public var stabilityOffset: Float = 1
    /// Of two masks of one crop whose boxes have a larger IoU than this, the better one stays (`box_nms_thresh`).
    public var boxNMSThreshold = 0.7
    /// Layers of crops beside the whole picture; layer n cuts each side into 2^n parts (`crop_n_layers`).
    public var cropLayers = 0
    /// The same as ``boxNMSThreshold`` between crops, where the mask of the smaller crop stays (`crop_nms_thresh`).
    public var cropNMSThreshold = 0.7
    /// How far crops of the first layer reach into each other, as a part of the picture's shorter side
    /// (`crop_overlap_ratio`).
    public var cropOverlapRatio = 512.0 / 1500
    /// What the points a side are divided by from layer to layer (`crop_n_points_downscale_factor`).
    public var cropPointsDownscale = 1
    /// Holes and separate parts of fewer pixels than this are removed from the masks; 0 leaves them
    /// (`min_mask_region_area`).
    public var minimumRegionArea = 0

    /// The defaults of segment_anything.
    public init() {}
}

extension AutomaticMaskConfiguration {
    /// The points of each layer, the whole picture first, as fractions of a crop's width and height.
    ///
    /// - Throws: ``AutomaticMaskError`` for the first parameter that cannot be used.
    func checkedGrids() throws(AutomaticMaskError) -> [[ImagePoint]] {
        try check(.pointsPerBatch, Double(pointsPerBatch), in: 1...1024)
        try check(.predictedIoUThreshold, Double(predictedIoUThreshold), in: -1e6...1e6)
        try check(.stabilityThreshold, Double(stabilityThreshold), in: 0...1)
        try check(.stabilityOffset, Double(stabilityOffset), in: 0...1e6)
        try check(.boxNMSThreshold, boxNMSThreshold, in: 0...1)
        // The deepest layer has 65,536 crops, each of which takes a run of the image encoder.
        try check(.cropLayers, Double(cropLayers), in: 0...8)
        try check(.cropNMSThreshold, cropNMSThreshold, in: 0...1)
        try check(.cropOverlapRatio, cropOverlapRatio, in: 0...1)
        try check(.cropPointsDownscale, Double(cropPointsDownscale), in: 1...1024)
        try check(.minimumRegionArea, Double(minimumRegionArea), in: 0...1e12)
        switch grid {
        case .pointsPerSide(let count):
            try check(.pointsPerSide, Double(count), in: 1...1024)
            return try regularGrids(count)
        case .explicit(let layers):
            try check(layers)
            return layers
        }
    }

    private func regularGrids(_ pointsPerSide: Int) throws(AutomaticMaskError) -> [[ImagePoint]] {
        var grids: [[ImagePoint]] = []
        var count = pointsPerSide
        for layer in 0...cropLayers {
            guard count > 0 else { throw .noPoints(layer: layer) }
            let places = (0..<count).map { (Double($0) + 0.5) / Double(count) }
            grids.append(places.flatMap { y in places.map { x in ImagePoint(x: x, y: y) } })
            count /= cropPointsDownscale
        }
        return grids
    }

    private func check(_ layers: [[ImagePoint]]) throws(AutomaticMaskError) {
        guard layers.count == cropLayers + 1 else {
            throw .unexpectedGridCount(found: layers.count, expected: cropLayers + 1)
        }
        for (layer, points) in layers.enumerated() {
            guard !points.isEmpty else { throw .noPoints(layer: layer) }
            for point in points where !((0...1).contains(point.x) && (0...1).contains(point.y)) {
                throw .pointOutside(point, layer: layer)
            }
        }
    }

    private func check(
        _ parameter: AutomaticMaskError.Parameter, _ value: Double, in allowed: ClosedRange<Double>
    ) throws(AutomaticMaskError) {
        guard allowed.contains(value) else { throw .outOfRange(parameter, found: value, allowed: allowed) }
    }
}
