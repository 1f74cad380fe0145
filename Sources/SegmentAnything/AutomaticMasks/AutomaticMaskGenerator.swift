public import Imaging
import Synchronization
import Tensors

/// Finds all objects of a picture: asks the model at a grid of points, and keeps the masks that it is sure of, each once.
///
/// Immutable, so one generator serves any number of threads.
///
/// Matches `SamAutomaticMaskGenerator` of segment_anything.
public struct AutomaticMaskGenerator: Sendable {
    public let model: SAMModel
    public let settings: AutomaticMaskSettings
    /// Points of each layer of crops, as fractions.
    private let grids: [[ImagePoint]]

    /// - Throws: ``AutomaticMaskError`` for the first setting that cannot be used.
    public init(
        _ model: SAMModel, settings: AutomaticMaskSettings = AutomaticMaskSettings()
    ) throws(AutomaticMaskError) {
        self.model = model
        self.settings = settings
        grids = try settings.checkedGrids()
    }

    /// The masks of a picture, in the order in which the last comparison leaves them: the most certain first, or with
    /// crops those of the smallest crops.
    ///
    /// **Complexity**: one run of the image encoder a crop, one prompt a point, and three masks a point at the crop's size.
    /// - Precondition: the picture has at least one pixel.
    public func masks(in image: Image) -> [AutomaticMask] {
        masks(in: image) { _ in }
    }

    /// The same, telling how far it is before every run of the encoder, after every batch of points and at the end.
    ///
    /// - Parameter progress: may throw to stop the work, as with `try Task.checkCancellation()`.
    public func masks<Failure: Error>(
        in image: Image, progress: (AutomaticMaskProgress) throws(Failure) -> Void
    ) throws(Failure) -> [AutomaticMask] {
        let crops = CropLayout.crops(
            of: image.size, layers: settings.cropLayers, overlapRatio: settings.cropOverlapRatio)
        var state = AutomaticMaskProgress(
            crops: 0, cropCount: crops.count, points: 0, pointCount: crops.reduce(0) { $0 + grids[$1.layer].count },
            masks: 0)
        var found: [AutomaticMask] = []
        for crop in crops {
            try progress(state)
            let embedding = model.embed(crops.count == 1 ? image : image.cropped(to: crop.box))
            var candidates: [AutomaticMask] = []
            let points = grids[crop.layer]
            for start in stride(from: 0, to: points.count, by: settings.pointsPerBatch) {
                let batch = Array(points[start..<min(points.count, start + settings.pointsPerBatch)])
                candidates += answers(at: batch, embedding, crop: crop.box, picture: image.size)
                state.points += batch.count
                state.masks = found.count + candidates.count
                try progress(state)
            }
            found += OverlapSuppression.kept(
                candidates.map(\.box), scores: candidates.map(\.predictedIoU), threshold: settings.boxNMSThreshold
            ).map { candidates[$0] }
            state.crops += 1
            state.masks = found.count
        }
        if crops.count > 1 {
            // The smaller a crop, the more it shows of what is in it.
            let scores = found.map { 1 / (Float($0.cropBox.width) * Float($0.cropBox.height)) }
            found = OverlapSuppression.kept(
                found.map(\.box), scores: scores, threshold: settings.cropNMSThreshold
            ).map { found[$0] }
        }
        if settings.minimumRegionArea > 0 { found = cleaned(found) }
        state.masks = found.count
        try progress(state)
        return found
    }

    // MARK: One batch

    /// The masks that pass every test which looks at one mask alone, in the order of the points.
    private func answers(
        at fractions: [ImagePoint], _ embedding: ImageEmbedding, crop: ImageBox, picture: ImageSize
    ) -> [AutomaticMask] {
        let frame = embedding.frame
        let points = fractions.map {
            ImagePoint(x: $0.x * Double(crop.width), y: $0.y * Double(crop.height))
        }
        let decoded = model.decode(
            points.map { ModelPrompt(points: [(frame.modelPoint($0), .positive)]) }, embedding, masks: .multiple)
        let qualities = decoded.predictedIoU.values
        let masksOfPoint = decoded.predictedIoU.shape[1]
        let threshold = settings.predictedIoUThreshold
        let promising = qualities.indices.filter { threshold <= 0 || qualities[$0] > threshold }
        let found = Mutex<[Int: AutomaticMask]>([:])
        ParallelRows.forEach(count: promising.count, minimumPerTask: 1) { range in
            for index in promising[range] {
                let (prompt, mask) = (index / masksOfPoint, index % masksOfPoint)
                let logits = frame.upscaledLogits(decoded.logits.element(prompt).element(mask))
                let answer = answer(
                    logits, quality: qualities[index], point: points[prompt], crop: crop, picture: picture)
                if let answer { found.withLock { $0[index] = answer } }
            }
        }
        let kept = found.withLock { $0 }
        return promising.compactMap { kept[$0] }
    }

    private func answer(
        _ logits: ScoreMap, quality: Float, point: ImagePoint, crop: ImageBox, picture: ImageSize
    ) -> AutomaticMask? {
        let stability = MaskPostprocessing.stabilityScore(logits, offset: settings.stabilityOffset)
        guard settings.stabilityThreshold <= 0 || stability >= settings.stabilityThreshold else { return nil }
        let mask = MaskPostprocessing.mask(logits)
        let inside = mask.boundingBox ?? ImageBox(x0: 0, y0: 0, x1: 0, y1: 0)
        let box = ImageBox(
            x0: inside.x0 + crop.x0, y0: inside.y0 + crop.y0, x1: inside.x1 + crop.x0, y1: inside.y1 + crop.y0)
        guard !CropLayout.isNearCropEdge(box, crop: crop, picture: picture) else { return nil }
        return AutomaticMask(
            mask: RunLengthMask(mask, at: (crop.x0, crop.y0), in: picture), box: box, predictedIoU: quality,
            stabilityScore: stability, point: ImagePoint(x: point.x + Double(crop.x0), y: point.y + Double(crop.y0)),
            cropBox: crop)
    }

    // MARK: Afterwards

    /// The masks without their small holes and parts. What became alike by that is compared once more, and a mask that
    /// needed no cleaning is preferred.
    private func cleaned(_ masks: [AutomaticMask]) -> [AutomaticMask] {
        var scores = [Float](repeating: 1, count: masks.count)
        let cleaned = masks.enumerated().map { index, old in
            guard let mask = old.mask.mask.withoutSmallRegions(smallerThan: settings.minimumRegionArea) else {
                return old
            }
            scores[index] = 0
            return AutomaticMask(
                mask: RunLengthMask(mask), box: mask.boundingBox ?? ImageBox(x0: 0, y0: 0, x1: 0, y1: 0),
                predictedIoU: old.predictedIoU, stabilityScore: old.stabilityScore, point: old.point,
                cropBox: old.cropBox)
        }
        let threshold = max(settings.boxNMSThreshold, settings.cropNMSThreshold)
        return OverlapSuppression.kept(cleaned.map(\.box), scores: scores, threshold: threshold).map { cleaned[$0] }
    }
}
