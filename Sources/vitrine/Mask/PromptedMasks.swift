import Foundation
import ImageCodecs
import Imaging
import SegmentAnything
import Tensors
import WholeFiles

/// What one prompt came to, at the picture's size.
struct PromptedMasks {
    /// One mask of several.
    struct Entry {
        /// One a pixel.
        var logits: ScoreMap
        var mask: Mask
        var record: PredictedMaskRecord
    }

    let image: Image
    let prompt: Prompt
    let prediction: MaskPrediction
    let masks: [Entry]

    init(image: Image, frame: ModelFrame, prompt: Prompt, prediction: MaskPrediction) {
        self.image = image
        self.prompt = prompt
        self.prediction = prediction
        masks = prediction.predictedIoU.enumerated().map { index, predictedIoU in
            let logits = frame.upscaledLogits(prediction.logits.element(index))
            let mask = MaskPostprocessing.mask(logits)
            return Entry(
                logits: logits, mask: mask,
                record: PredictedMaskRecord(mask, logits: logits, predictedIoU: predictedIoU))
        }
    }

    /// Masks, overlays and logits.
    func write(to folder: String) throws {
        var overlay = HeatmapOverlay()
        overlay.range = 0...1
        let markers = prompt.points.map {
            HeatmapOverlay.Marker($0.position, $0.label == .positive ? .positive : .negative)
        }
        for (index, entry) in masks.enumerated() {
            let certainty = entry.logits.map { 1 / (1 + expf(-$0)) }
            try PNGWriter.write(entry.mask, to: "\(folder)/mask-\(index).png")
            try PNGWriter.write(
                overlay.draw(image: image, map: certainty, mask: entry.mask, markers: markers),
                to: "\(folder)/overlay-\(index).png")
        }
        try WholeFile.write(
            NPYWriter.bytes(prediction.logits.values, shape: prediction.logits.shape.dimensions),
            to: folder + "/logits.npy")
    }
}
