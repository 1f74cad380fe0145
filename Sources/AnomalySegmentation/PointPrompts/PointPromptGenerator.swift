import Imaging
import NeuralNetwork
import SegmentAnything

/// PPG: point prompts from what CLIP finds abnormal and SAM finds alike.
///
/// Paper: R_a = S * M_apa (eq. 1), positives from R_a's highest values (eq. 2), negatives from the ring
/// N_a = dilate(region) - region (eq. 3) by similarity of SAM's features.
/// **Complexity:** linear in the map's pixels, a sort of each group's pixels, and one dot product a cell and group.
struct PointPromptGenerator {
    let configuration: PointPromptConfiguration

    /// Groups of points, strongest first; none where no pixel reaches the cut.
    ///
    /// Depends on nothing but its arguments: equal maps and features give equal points in equal order.
    ///
    /// - Parameters:
    ///   - map: not flat, so that it has a cut.
    ///   - features: of the same picture.
    ///   - threshold: the cut, where others share it; nil: that of this map.
    ///   - taps: at the root, for observers.
    func prompts(
        _ map: HeatMap, _ features: CoFeatureSimilarity, threshold: ThresholdReport? = nil, taps: ActivationTaps? = nil
    ) -> PointPrompts {
        let threshold = HeatThreshold.handed(
            threshold ?? HeatThreshold.report(for: map, configuration), of: map, to: taps)
        let regions = AnomalyRegions(map, threshold: threshold.heat, configuration)
        let picture = features.frame.original
        let positives = regions.kept.map { PositiveSelection.choose(in: $0, heat: map.heat, configuration) }
        let negatives = NegativeSelection(
            map: map, extreme: regions.extreme, positives: positives.flatMap { $0.map(\.pixel) }, picture: picture,
            configuration: configuration)
        let groups = zip(regions.kept, positives).enumerated().map { index, found in
            group(found.0, found.1, negatives, features, map, taps: taps?.child("groups").child(index))
        }
        let rejected = regions.rejected.map { candidate, reason in
            RejectedRegion(
                reason: reason, area: candidate.component.area, peakHeat: candidate.peak,
                box: Self.box(candidate.component.box, in: picture, from: map.size))
        }
        return PointPrompts(threshold: threshold, groups: groups, rejectedRegions: rejected)
    }

    private func group(
        _ region: AnomalyRegions.Region, _ chosen: [PositiveSelection.Choice], _ negatives: NegativeSelection,
        _ features: CoFeatureSimilarity, _ map: HeatMap, taps: ActivationTaps?
    ) -> PromptGroup {
        let picture = features.frame.original
        let places = chosen.map { Self.position(of: $0.pixel, in: picture, from: map.size) }
        let prototype =
            switch configuration.prototype {
            case .positives: features.prototype(at: places)
            case .region: features.prototype(of: region.mask, heat: map.heat)
            }
        let similarity = features.similarities(to: prototype).handed(to: taps)
        func point(_ label: PromptPoint.Label, _ pixel: MapPixel, _ alike: Float, _ reason: ChosenPoint.Reason)
            -> ChosenPoint
        {
            ChosenPoint(
                label: label, position: Self.position(of: pixel, in: picture, from: map.size), mapPixel: pixel,
                score: map.scores[x: pixel.x, y: pixel.y], heat: map.heat[x: pixel.x, y: pixel.y],
                similarity: alike, reason: reason)
        }
        // A region always holds a pixel.
        let bounds =
            region.mask.boundingBox
            ?? ImageBox(x0: 0, y0: 0, x1: map.size.width - 1, y1: map.size.height - 1)
        let around = negatives.choose(around: region.mask, similarity: similarity, taps: taps)
        return PromptGroup(
            peakHeat: region.peak, peakScore: map.scores.values[region.firstPeak], mask: region.mask,
            box: Self.box(bounds, in: picture, from: map.size),
            positives: zip(chosen, places).map { choice, place in
                point(.positive, choice.pixel, similarity.value(at: place), choice.reason)
            },
            negatives: around.choices.map { point(.negative, $0.pixel, $0.similarity, $0.reason) },
            ring: around.ring)
    }

    /// The picture's pixel nearest to the middle of a pixel of the map.
    static func position(of pixel: MapPixel, in picture: ImageSize, from map: ImageSize) -> ImagePoint {
        let exact = ImagePoint(x: Double(pixel.x), y: Double(pixel.y)).mapped(from: map, to: picture)
        return ImagePoint(
            x: min(max(exact.x.rounded(), 0), Double(picture.width - 1)),
            y: min(max(exact.y.rounded(), 0), Double(picture.height - 1)))
    }

    /// The picture's pixels under a box of the map's raster.
    private static func box(_ box: ImageBox, in picture: ImageSize, from map: ImageSize) -> ImageBox {
        let first = position(of: MapPixel(x: box.x0, y: box.y0), in: picture, from: map)
        let last = position(of: MapPixel(x: box.x1, y: box.y1), in: picture, from: map)
        return ImageBox(x0: Int(first.x), y0: Int(first.y), x1: Int(last.x), y1: Int(last.y))
    }
}
