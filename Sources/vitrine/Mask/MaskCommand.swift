import ArgumentParser
import Checkpoints
import Foundation
import ImageCodecs
import Imaging
import PictureLists
import SegmentAnything
import Tensors

/// One prompt to SAM, and the masks that come of it.
struct MaskCommand: ReadsPictures {
    static let configuration = CommandConfiguration(
        commandName: "mask",
        abstract: "Outlines the object at points, in a box, or like an earlier mask, with SAM.",
        discussion: """
            For the picture part.png, the folder OUTPUT/part.png.mask then holds for each mask N: mask-N.png (0 or 255) \
            and overlay-N.png (the outline over the picture, SAM's certainty beside it); further logits.npy, [masks, \
            height, width] at the decoder's resolution, and result.json with each mask's predicted IoU, stability, area, \
            box and COCO runs. Positions are pixels of the picture, from 0 at the top left; fractions are taken as they come, \
            and what lies on the picture's far edge counts as its last pixel.

            Example: vitrine mask part.png --point 120,80 --point 40,40,0 --output mask
            """)

    @OptionGroup var pictureOptions: PictureOptions

    @Option(
        parsing: .unconditionalSingleValue,
        help: "A point x,y on the object, or x,y,0 beside it. May be given several times.")
    var point: [PointArgument] = []

    @Option(parsing: .unconditional, help: "A box x0,y0,x1,y1 around the object, corner pixels included.")
    var box: BoxArgument?

    @Option(
        help: """
            An earlier mask: logits.npy of the decoder's resolution (NAME.npy:N for the one at N of several), or a PNG mask \
            of the picture's size.
            """)
    var maskInput: String?

    @Option(help: "The picture's embedding from vitrine embed --sam, in place of another pass through the encoder.")
    var embedding: String?

    @Flag(help: "One mask, as for prompts that leave no doubt, in place of three.")
    var single = false

    @Option(help: "The folder for the results. It is made when missing; results of the same picture are replaced.")
    var output: String

    @Flag(help: "Print the record as JSON.")
    var json = false

    @OptionGroup var samOptions: SAMOptions
    @OptionGroup var precisionOptions: PrecisionOptions
    @OptionGroup var threadOptions: ThreadOptions

    func validate() throws {
        if point.isEmpty, box == nil, maskInput == nil {
            throw ValidationError("give SAM something to go by: --point x,y, --box x0,y0,x1,y1 or --mask-input FILE")
        }
    }

    func run() throws {
        try threadOptions.apply()
        let input = try SAMPicture(
            pictureOptions, output: (output, ".mask"), weights: try samOptions.file(), precision: precisionOptions)
        let weights = WeightFileRecord.pending(of: input.files)
        let (sam, image) = (input.sam, input.decoded.image)
        let frame = try sam.frame(of: image)
        let placed = PromptArguments(points: point, box: box, on: image.size)
        for note in placed.notes { Terminal.complain("\(input.item.pathText): \(note)") }
        let prompt = Prompt(
            points: placed.points, box: placed.box,
            maskLogits: try maskInput.map { try MaskInput.logits(from: $0, frame: frame, model: sam) })
        let features = try embedded(image, by: sam)
        let prediction = try input.asking { try sam.predict(features, prompt, masks: single ? .single : .multiple) }
        let found = PromptedMasks(image: image, frame: frame, prompt: prompt, prediction: prediction)
        let record = PromptedMasksRecord(
            picture: PictureRecord(input.item, input.decoded), prompt: PromptRecord(prompt, notes: placed.notes),
            best: prediction.best,
            masks: found.masks.map(\.record), weights: try weights.get())
        try input.write { folder in
            try found.write(to: folder)
            try record.write(to: folder + "/result.json")
        }
        if json {
            try Terminal.write(record.json())
            return
        }
        for (index, mask) in record.masks.enumerated() {
            try Terminal.write(
                "mask \(index): predicted IoU \(fixed(Double(mask.predictedIoU), 3)), stability "
                    + "\(fixed(Double(mask.stability), 3)), \(mask.mask.area) pixels"
                    + (index == record.best ? ", the best" : ""))
        }
    }

    /// The saved embedding, when one is named and is this picture's by this model.
    private func embedded(_ image: Image, by sam: SAMModel) throws -> ImageEmbedding {
        guard let path = embedding else { return try StopRequest.computing { try sam.embed(image) } }
        return try reading(path) {
            try ImageEmbedding(
                tensors: Checkpoint.open(path),
                key: ImageEmbeddingKey(sam, weights: sam.imageEncoderFingerprint(), picture: image))
        }
    }
}
