import ArgumentParser
import Foundation
import ImageCodecs
import Imaging
import PictureLists
import SegmentAnything
import TerminalText

/// Every object of a picture.
struct MasksCommand: ReadsPictures {
    static let configuration = CommandConfiguration(
        commandName: "masks",
        abstract: "Finds every object of pictures with SAM's automatic mask generator.",
        discussion: """
            For the picture part.png, the folder OUTPUT/part.png.masks then holds masks.json, with each mask's COCO runs, \
            area, box, predicted IoU, stability, point and crop, and masks.png, the picture with each mask in a colour of \
            its own. docs/Formats.md shows how the masks become a list as segment_anything writes it.

            The options have the names, meanings and defaults of SamAutomaticMaskGenerator.

            Example: vitrine masks part.png --points-per-side 16 --output masks
            """)

    @OptionGroup var pictureOptions: PictureOptions

    @Option(help: "The folder for the results. It is made when missing; results of the same picture are replaced.")
    var output: String

    @Option(help: "Points on a side of the grid of point prompts, 1 to 1024.")
    var pointsPerSide = 32

    @Option(help: "Points that go through the decoder together; more take more memory.")
    var pointsPerBatch = 64

    @Option(help: "Masks that SAM itself rates no better are dropped.")
    var predIouThresh: Float = 0.88

    @Option(help: "Masks that are less stable when their threshold moves are dropped, 0 to 1.")
    var stabilityScoreThresh: Float = 0.95

    @Option(help: "How far the threshold is moved to see that, in logits.")
    var stabilityScoreOffset: Float = 1

    @Option(help: "Of two masks whose boxes overlap more, one stays, 0 to 1.")
    var boxNmsThresh = 0.7

    @Option(help: "Layers of crops beside the whole picture; layer n cuts each side into 2^n.")
    var cropNLayers = 0

    @Option(help: "The same as --box-nms-thresh, between crops.")
    var cropNmsThresh = 0.7

    @Option(help: "How far crops reach into each other, as a part of the shorter side.")
    var cropOverlapRatio = 512.0 / 1500

    @Option(help: "What the points on a side are divided by from layer to layer.")
    var cropNPointsDownscaleFactor = 1

    @Option(help: "Holes and separate parts of fewer pixels are removed from masks.")
    var minMaskRegionArea = 0

    @Flag(name: .shortAndLong, help: "No progress bar.")
    var quiet = false

    @OptionGroup var samOptions: SAMOptions
    @OptionGroup var precisionOptions: PrecisionOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var limit: RunLimitOptions

    func run() throws {
        limit.apply()
        try threadOptions.apply()
        let items = try pictureOptions.items(output: output)
        let results = try ResultOutput(output, for: items.map(Self.name))
        let options = pictureOptions.readingOptions.options
        let sam = try LoadedSAM(file: samOptions.file(), precisionOptions)
        let pictures = ReadAhead(items) { try $0.decoded(options) }
        let weights = WeightFileRecord.pending(of: sam.files)
        let generator: AutomaticMaskGenerator
        do { generator = try AutomaticMaskGenerator(sam.model, configuration: configuration) } catch {
            throw CommandFailure.usage("\(error)\(error.flagHint)")
        }
        var loop = PictureLoop(
            total: items.count, whenStopped: "their results are whole; the same command begins with the first again")
        try loop.work(through: pictures, \.self) { item, decoded in
            let masks = try sam.asking { try self.masks(in: decoded.image, by: generator) }
            let record = EveryMaskRecord(
                picture: PictureRecord(item, decoded), masks: masks.map(PredictedMaskRecord.init),
                weights: try weights.get())
            try results.write(Self.name(item)) { folder in
                try record.write(to: folder + "/masks.json")
                try PNGWriter.write(
                    MaskMosaic.draw(image: decoded.image, masks: masks.map(\.mask)), to: folder + "/masks.png")
            }
            let hint = masks.isEmpty ? ", which may mean that --pred-iou-thresh is too high for these weights" : ""
            try Terminal.write(
                "\(printable(item.pathText)): \(masks.count) \(masks.count == 1 ? "mask" : "masks")\(hint)")
        }
        try loop.end()
    }

    /// What the folder of a picture's masks is called.
    private static func name(_ item: PictureItem) -> String { item.id + ".masks" }

    private func masks(in image: Image, by generator: AutomaticMaskGenerator) throws -> [AutomaticMask] {
        var bar: ProgressBar?
        defer { bar?.hide() }
        let start = ContinuousClock.now
        return try generator.masks(in: image) { progress in
            try StopRequest.check()
            let shown = bar ?? ProgressBar(total: progress.pointCount, isWanted: !quiet)
            bar = shown
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            shown.show(done: progress.points, secondsPerPicture: seconds / Double(max(progress.points, 1)))
        }
    }

    private var configuration: AutomaticMaskConfiguration {
        var configuration = AutomaticMaskConfiguration()
        configuration.grid = .pointsPerSide(pointsPerSide)
        configuration.pointsPerBatch = pointsPerBatch
        configuration.predictedIoUThreshold = predIouThresh
        configuration.stabilityThreshold = stabilityScoreThresh
        configuration.stabilityOffset = stabilityScoreOffset
        configuration.boxNMSThreshold = boxNmsThresh
        configuration.cropLayers = cropNLayers
        configuration.cropNMSThreshold = cropNmsThresh
        configuration.cropOverlapRatio = cropOverlapRatio
        configuration.cropPointsDownscale = cropNPointsDownscaleFactor
        configuration.minimumRegionArea = minMaskRegionArea
        return configuration
    }
}
