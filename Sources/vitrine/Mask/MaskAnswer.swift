import Foundation
import ImageCodecs
import Imaging
import SegmentAnything
import Tensors

/// What one prompt came to, at the picture's size.
struct MaskAnswer {
    let image: Image
    let prompt: Prompt
    let prediction: MaskPrediction
    /// Logits of each mask, one a pixel.
    let logits: [ScoreMap]

    init(image: Image, frame: ModelFrame, prompt: Prompt, prediction: MaskPrediction) {
        self.image = image
        self.prompt = prompt
        self.prediction = prediction
        logits = (0..<prediction.logits.shape[0]).map { frame.upscaledLogits(prediction.logits.element($0)) }
    }

    func record(picture: String, weights: [WeightRecord]) -> MaskRecord {
        MaskRecord(
            picture: picture, size: [image.size.width, image.size.height], best: prediction.best,
            masks: logits.enumerated().map { index, map in
                let mask = MaskPostprocessing.mask(map)
                let runs = RunLengthMask(mask)
                return MaskRecord.Entry(
                    index: index, predictedIoU: prediction.predictedIoU[index],
                    stability: MaskPostprocessing.stabilityScore(map), area: mask.area,
                    box: mask.boundingBox.map { [$0.x0, $0.y0, $0.x1, $0.y1] },
                    segmentation: COCORuns(runs))
            }, weights: weights)
    }

    /// Masks, overlays, logits and the record.
    func write(to folder: String, record: MaskRecord) throws {
        var overlay = HeatmapOverlay()
        overlay.range = 0...1
        let markers = prompt.points.map {
            HeatmapOverlay.Marker($0.position, $0.label == .positive ? .positive : .negative)
        }
        for (index, map) in logits.enumerated() {
            let mask = MaskPostprocessing.mask(map)
            let certainty = map.map { 1 / (1 + expf(-$0)) }
            try PNGWriter.write(mask, to: "\(folder)/mask-\(index).png")
            try PNGWriter.write(
                overlay.draw(image: image, map: certainty, mask: mask, markers: markers),
                to: "\(folder)/overlay-\(index).png")
        }
        try AtomicFile.write(
            NPYWriter.bytes(prediction.logits.values, shape: prediction.logits.shape.dimensions),
            to: folder + "/logits.npy")
        try AtomicFile.write(Array(try jsonText(record).utf8), to: folder + "/result.json")
    }
}

/// `result.json` of a `mask` command.
struct MaskRecord: Encodable {
    struct Entry: Encodable {
        var index: Int
        var predictedIoU: Float
        var stability: Float
        var area: Int
        /// First and last pixel, inclusive: x0, y0, x1, y1. Nothing for an empty mask.
        var box: [Int]?
        var segmentation: COCORuns
    }

    var picture: String
    /// Width and height.
    var size: [Int]
    var best: Int
    var masks: [Entry]
    var weights: [WeightRecord]
}

/// A mask as COCO's tools read it.
struct COCORuns: Encodable {
    /// Height and width.
    var size: [Int]
    var counts: String

    init(_ runs: RunLengthMask) {
        size = [runs.size.height, runs.size.width]
        counts = runs.compressedCounts
    }
}
