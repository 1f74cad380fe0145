public import Imaging
import Synchronization
import Tensors

/// Finds all objects of a picture: prompts the model with each point of a grid, and keeps the good masks, each once.
///
/// Immutable, so one generator serves any number of threads.
///
/// Matches `SamAutomaticMaskGenerator` of segment_anything.
public struct AutomaticMaskGenerator: Sendable {
    /// The model that predicts the masks.
    public let model: SAMModel
    /// Where the points lie and which masks are kept.
    public let configuration: AutomaticMaskConfiguration
    /// Points of each layer of crops, as fractions.
    private let grids: [[ImagePoint]]

    /// - Throws: ``AutomaticMaskError`` for the first parameter that cannot be used.
    public init(
        _ model: SAMModel, configuration: AutomaticMaskConfiguration = AutomaticMaskConfiguration()
    ) throws(AutomaticMaskError) {
        self.model = model
        self.configuration = configuration
        grids = try configuration.checkedGrids()
    }

    /// The masks of a picture. Those with the highest predicted IoU come first; with crops, those of the smallest crops do.
    ///
    /// **Complexity**: one run of the image encoder a crop, one prompt a point, and three masks a point at the crop's size.
    /// - Throws: ``AutomaticMaskError``, for a picture without a pixel and for masks that are no numbers.
    public func masks(in image: Image) throws(AutomaticMaskError) -> [AutomaticMask] {
        try masks(in: image, progress: { _ throws(AutomaticMaskError) in }, failure: { $0 })
    }

    /// The masks of a picture, with reports on the progress.
    ///
    /// - Parameters:
    ///   - image: of any size that holds a pixel.
    ///   - progress: called before every run of the encoder, after every batch of points and at the end. It may throw to
    ///     stop the work, as with `try Task.checkCancellation()`.
    /// - Throws: ``AutomaticMaskError`` as without reports, and what `progress` throws.
    public func masks(
        in image: Image, progress: (AutomaticMaskProgress) throws -> Void
    ) throws -> [AutomaticMask] {
        try masks(in: image, progress: progress, failure: { $0 as any Error })
    }

    /// - Parameter failure: an error of this module as one of the kind that `progress` throws.
    private func masks<Failure>(
        in image: Image, progress: (AutomaticMaskProgress) throws(Failure) -> Void,
        failure: (AutomaticMaskError) -> Failure
    ) throws(Failure) -> [AutomaticMask] {
        guard !image.size.isEmpty else { throw failure(.sam(.emptyPicture(image.size))) }
        let crops = CropLayout.crops(
            of: image.size, layers: configuration.cropLayers, overlapRatio: configuration.cropOverlapRatio)
        var state = AutomaticMaskProgress(
            crops: 0, cropCount: crops.count, points: 0, pointCount: crops.reduce(0) { $0 + grids[$1.layer].count },
            masks: 0)
        var found: [AutomaticMask] = []
        for crop in crops {
            try progress(state)
            let embedding: ImageEmbedding
            do throws(SAMError) {
                embedding = try model.embed(crops.count == 1 ? image : image.cropped(to: crop.box))
            } catch {
                throw failure(.sam(error))
            }
            var candidates: [AutomaticMask] = []
            let points = grids[crop.layer]
            for start in stride(from: 0, to: points.count, by: configuration.pointsPerBatch) {
                let batch = Array(points[start..<min(points.count, start + configuration.pointsPerBatch)])
                do throws(PromptError) {
                    candidates += try masks(at: batch, embedding, crop: crop.box, picture: image.size)
                } catch {
                    throw failure(.prompt(error))
                }
                state.points += batch.count
                state.masks = found.count + candidates.count
                try progress(state)
            }
            found += OverlapSuppression.kept(
                candidates.map(\.box), scores: candidates.map(\.predictedIoU), threshold: configuration.boxNMSThreshold
            ).map { candidates[$0] }
            state.crops += 1
            state.masks = found.count
        }
        if crops.count > 1 {
            // The smaller a crop, the more it shows of what is in it.
            let scores = found.map { 1 / (Float($0.cropBox.width) * Float($0.cropBox.height)) }
            found = OverlapSuppression.kept(
                found.map(\.box), scores: scores, threshold: configuration.cropNMSThreshold
            ).map { found[$0] }
        }
        if configuration.minimumRegionArea > 0 { found = cleaned(found) }
        state.masks = found.count
        try progress(state)
        return found
    }

    // MARK: One batch

    /// The masks that pass every test which looks at one mask alone, in the order of the points.
    private func masks(
        at fractions: [ImagePoint], _ embedding: ImageEmbedding, crop: ImageBox, picture: ImageSize
    ) throws(PromptError) -> [AutomaticMask] {
        let frame = embedding.frame
        let points = fractions.map {
            ImagePoint(x: $0.x * Double(crop.width), y: $0.y * Double(crop.height))
        }
        let steps = CancellableSteps(throwing: PromptError.cancelled)
        let decoded = try model.decode(
            points.map { ModelPrompt(points: [(frame.modelPoint($0), .positive)]) }, embedding, masks: .multiple, steps)
        guard decoded.isFinite else { throw .masksNotFinite }
        let predictedIoU = decoded.predictedIoU.values
        let masksOfPoint = decoded.predictedIoU.shape[1]
        let threshold = configuration.predictedIoUThreshold
        let promising = predictedIoU.indices.filter { threshold <= 0 || predictedIoU[$0] > threshold }
        let found = Mutex<[Int: AutomaticMask]>([:])
        try steps {
            ParallelRows.forEach(count: promising.count, minimumPerTask: 1) { range in
                for index in promising[range] {
                    let (prompt, mask) = (index / masksOfPoint, index % masksOfPoint)
                    let logits = frame.upscaledLogits(decoded.logits.element(prompt).element(mask))
                    let accepted = accepted(
                        logits, predictedIoU: predictedIoU[index], point: points[prompt], crop: crop,
                        picture: picture)
                    if let accepted { found.withLock { $0[index] = accepted } }
                }
            }
        }
        let kept = found.withLock { $0 }
        return promising.compactMap { kept[$0] }
    }

    /// The mask of these logits, nil when it is too unstable or cut off by its crop.
    private func accepted(
        _ logits: ScoreMap, predictedIoU: Float, point: ImagePoint, crop: ImageBox, picture: ImageSize
    ) -> AutomaticMask? {
        let stability = MaskPostprocessing.stabilityScore(logits, offset: configuration.stabilityOffset)
        guard configuration.stabilityThreshold <= 0 || stability >= configuration.stabilityThreshold else { return nil }
        let mask = MaskPostprocessing.mask(logits)
        let inside = mask.boundingBox ?? ImageBox(x0: 0, y0: 0, x1: 0, y1: 0)
        let box = ImageBox(
            x0: inside.x0 + crop.x0, y0: inside.y0 + crop.y0, x1: inside.x1 + crop.x0, y1: inside.y1 + crop.y0)
        guard !CropLayout.isNearCropEdge(box, crop: crop, picture: picture) else { return nil }
        return AutomaticMask(
            mask: RunLengthMask(mask, at: (crop.x0, crop.y0), in: picture), box: box, predictedIoU: predictedIoU,
            stabilityScore: stability, point: ImagePoint(x: point.x + Double(crop.x0), y: point.y + Double(crop.y0)),
            cropBox: crop)
    }

    // MARK: Afterwards

    /// The masks without their small holes and parts. Masks may have become alike by that, so overlapping ones are dropped
    /// once more; masks that needed no cleaning are preferred.
    private func cleaned(_ masks: [AutomaticMask]) -> [AutomaticMask] {
        var scores = [Float](repeating: 1, count: masks.count)
        let cleaned = masks.enumerated().map { index, old in
            guard let mask = old.mask.mask.withoutSmallRegions(smallerThan: configuration.minimumRegionArea) else {
                return old
            }
            scores[index] = 0
            return AutomaticMask(
                mask: RunLengthMask(mask), box: mask.boundingBox ?? ImageBox(x0: 0, y0: 0, x1: 0, y1: 0),
                predictedIoU: old.predictedIoU, stabilityScore: old.stabilityScore, point: old.point,
                cropBox: old.cropBox)
        }
        let threshold = max(configuration.boxNMSThreshold, configuration.cropNMSThreshold)
        return OverlapSuppression.kept(cleaned.map(\.box), scores: scores, threshold: threshold).map { cleaned[$0] }
    }
}
