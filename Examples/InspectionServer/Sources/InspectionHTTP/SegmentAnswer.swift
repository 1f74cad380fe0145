import AnomalySegmentation
import ImageCodecs
import Imaging
import SegmentAnything

/// What `POST /segment` answers. Sizes, boxes and points are written as in docs/Formats.md.
struct SegmentAnswer: Encodable {
    /// Under which SAM's embedding of the picture is kept, where it is.
    var embedding: String?
    /// PNG files in base64.
    var images: [String: String]
    var result: Found

    struct Found: Encodable {
        var picture: Picture
        var object: String
        var score: Float
        var clipScore: Float
        var fusedPeak: Float
        var threshold: ThresholdReport?
        var mask: MaskForm
        var regions: [Region]
        var groups: [Group]
        var omission: AnomalyResult.Omission?
        var timingsSeconds: StageTimings
    }

    struct Picture: Encodable {
        var size: ImageSize
        var format: String
        var warnings: [String]

        init(_ decoded: DecodedImage) {
            size = decoded.image.size
            format = decoded.sourceDescription
            warnings = decoded.warnings.map(\.description)
        }
    }

    /// A connected part of the mask.
    struct Region: Encodable {
        var centroid: ImagePoint
        var mask: MaskForm
        var score: Float
    }

    /// A part of the map that SAM was asked about, and what came of it.
    struct Group: Encodable {
        var box: ImageBox
        var points: [Point]
        var outcome: CascadeTrace.Outcome
        var confidence: Float
        var supersededByGroup: Int?
    }

    struct Point: Encodable {
        var position: ImagePoint
        var label: String
        var score: Float
        var heat: Float
        var similarity: Float
        var reason: ChosenPoint.Reason
    }
}

extension SegmentAnswer.Found {
    init(_ decoded: DecodedImage, object: String, _ found: AnomalyResult) {
        self.init(
            picture: SegmentAnswer.Picture(decoded), object: object, score: found.score, clipScore: found.clipScore,
            fusedPeak: found.fusedPeak, threshold: found.prompts.threshold, mask: MaskForm(found.mask),
            regions: MaskRegion.regions(of: found.mask, scores: found.fusedMap).map {
                SegmentAnswer.Region(centroid: $0.centroid, mask: MaskForm($0.runs), score: $0.score)
            },
            groups: zip(found.prompts.groups, found.cascades).map { group, cascade in
                SegmentAnswer.Group(
                    box: group.box,
                    points: group.points.map {
                        SegmentAnswer.Point(
                            position: $0.position, label: "\($0.label)", score: $0.score, heat: $0.heat,
                            similarity: $0.similarity, reason: $0.reason)
                    },
                    outcome: cascade.outcome, confidence: cascade.confidence,
                    supersededByGroup: cascade.supersededBy)
            },
            omission: found.omission, timingsSeconds: found.timings)
    }
}

/// A mask: area, box, and COCO's compressed runs where no picture beside it holds the pixels.
struct MaskForm: Encodable {
    struct Runs: Encodable {
        /// Height and width, as pycocotools has it.
        var size: [Int]
        var counts: String
    }

    var area: Int
    var box: ImageBox?
    var runs: Runs?

    init(_ mask: Mask) { (area, box) = (mask.area, mask.boundingBox) }

    init(_ mask: RunLengthMask) {
        area = mask.area
        box = mask.boundingBox
        runs = Runs(size: [mask.size.height, mask.size.width], counts: mask.compressedCounts)
    }
}
