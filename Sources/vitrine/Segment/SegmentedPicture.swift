import AnomalySegmentation
import Imaging
import SegmentAnything

/// What was found in a picture, as a whole or tile by tile, in the frame of the picture.
struct SegmentedPicture: Sendable {
    let score: Float
    let clipScore: Float
    let fusedPeak: Float
    let fusedMap: ScoreMap
    let mask: Mask
    let omission: AnomalyResult.Omission?
    let timings: StageTimings
    private let trace: AnomalyTrace

    /// - Parameter tiling: how pictures with a longer side are cut; nil: none is.
    /// - Throws: what `segmenter` throws.
    init(
        _ image: Image, object: String, by segmenter: AnomalySegmenter, tiling: Tiling?
    ) throws(AnomalySegmentationError) {
        guard let tiling, !tiling.isWhole(image.size) else {
            self.init(try segmenter.segment(image, object: object))
            return
        }
        self.init(try segmenter.segment(image, object: object, tiling: tiling))
    }

    private init(_ found: TiledAnomalyResult) {
        (score, clipScore, fusedPeak) = (found.score, found.clipScore, found.fusedPeak)
        (fusedMap, mask, omission) = (found.fusedMap, found.mask, found.omission)
        (timings, trace) = (found.timings, found.trace)
    }

    private init(_ found: AnomalyResult) {
        (score, clipScore, fusedPeak) = (found.score, found.clipScore, found.fusedPeak)
        (fusedMap, mask, omission) = (found.fusedMap, found.mask, found.omission)
        (timings, trace) = (found.timings, found.trace)
    }

    /// What JSON says of it. Made at each call: finding the regions takes time, which the thread that writes has to spare.
    var record: AnomalyRecord {
        AnomalyRecord(
            score: score, clipScore: clipScore, fusedPeak: fusedPeak, fusedMap: fusedMap, mask: mask,
            omission: omission, trace: trace)
    }

    /// The groups whose mask stands; with tiles, which may find one defect several times, the connected parts of the mask.
    var regionCount: Int {
        trace.tiles == nil
            ? trace.groups.count { $0.mask.area > 0 && $0.supersededByGroup == nil }
            : ConnectedComponents.label(mask).components.count
    }

    /// The points of the groups that count, for the overlay.
    var markers: [HeatmapOverlay.Marker] {
        trace.groups.filter { $0.supersededByGroup == nil }.flatMap(\.points).map {
            HeatmapOverlay.Marker($0.position, $0.label == .positive ? .positive : .negative)
        }
    }
}
