import AnomalySegmentation
import ArgumentParser
import CLIP
import Foundation
import ImageCodecs
import Imaging
import NeuralNetwork
import PictureLists
import SegmentAnything
import SystemPackage
import Tensors
import TerminalText

/// What a model computes on its way, looked at and changed.
struct InspectCommand: ReadsPictures {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Writes what a model computes on its way, by name, and changes it.",
        discussion: """
            Names are PyTorch's: the path of a module in the reference library, with a suffix where there is no module. \
            --list shows them. In a name * stands for any text.

            An output file holds the tensors under their names. An output folder holds PICTURE.inspect with NAME.npy for \
            each and result.json.

            Examples:
              vitrine inspect part.png --list
              vitrine inspect part.png --tap 'visual.*.attn.weights' --output part.safetensors
              vitrine inspect part.png --model sam --point 120,80 --tap 'mask_decoder.*' --output looked-at
              vitrine inspect part.png --object plate --page part.html
              vitrine inspect part.png --text "a plate" --edit 'visual.transformer.resblocks.5.attn.gathered[0,3]=zero'
            """)

    @OptionGroup var pictureOptions: PictureOptions

    @Option(
        help: """
            clip (a picture, texts or both), sam (a picture, with --point and --box also the decoder), or method (the way \
            from map to mask).
            """)
    var model = InspectedModel.clip

    @Flag(help: "List the names that there are, with shapes, and compute nothing. With --tap those that it means.")
    var list = false

    @Option(
        parsing: .unconditionalSingleValue, help: "A name or a pattern of what is written. May be given several times.")
    var tap: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: """
            NAME=zero, NAME=mean or NAME=FILE: what replaces an activation before the computation goes on. NAME[0,3] is \
            the part at 0 of its first axis and 3 of its second, for example a head. mean is the mean along the last axis \
            but one, which is that of the tokens; of fewer than three axes the mean of all. FILE is .npy, or .safetensors \
            with that name. May be given several times.
            """)
    var edit: [ActivationEditArgument] = []

    @Option(help: "A text for clip. May be given several times.")
    var text: [String] = []

    @Option(help: "What the picture shows, for method.")
    var object: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: "For sam, a point x,y on the object, or x,y,0 beside it. May be given several times.")
    var point: [PointArgument] = []

    @Option(parsing: .unconditional, help: "For sam, a box x0,y0,x1,y1 around the object, corner pixels included.")
    var box: BoxArgument?

    @Option(
        help: """
            For clip, how a picture becomes a square: crop (the middle of it) or squash (all of it). Without it as the \
            model was trained.
            """)
    var resize: CLIPConfiguration.Resizing?

    @Option(
        help: """
            Where the tensors go: a .safetensors file, a .npy file for one tensor, or a folder. A .safetensors file of \
            vitrine inspect is replaced, and results of the same picture in a folder; any other file only with --overwrite.
            """)
    var output: String?

    @Option(
        help: """
            Write a page for the browser in place of tensors: a .html file that shows what each patch looks at and \
            resembles, and with --object the logit lens, what each head adds, and the way from map to mask step by step. \
            With --text the lens compares with these texts.
            """)
    var page: String?

    @Flag(help: "Replace an output file whatever it holds. No input is ever replaced.")
    var overwrite = false

    @Flag(help: "Print the record as JSON.")
    var json = false

    @OptionGroup var anomalyOptions: AnomalyOptions
    @OptionGroup var models: ModelOptions

    func validate() throws {
        if text.contains(where: { $0.allSatisfy(\.isWhitespace) }) || object?.allSatisfy(\.isWhitespace) == true {
            throw ValidationError("--\(object == nil ? "text" : "object") is empty; write what is meant")
        }
        if page != nil { return try validatePage() }
        if pictureOptions.isEmpty, model != .clip || text.isEmpty {
            throw ValidationError("name a picture" + (model == .clip ? ", or texts (--text)" : ""))
        }
        if model != .clip, !text.isEmpty || resize != nil {
            throw ValidationError("--text and --resize go with --model clip")
        }
        if model != .sam, !point.isEmpty || box != nil {
            throw ValidationError("--point and --box go with --model sam")
        }
        if (model == .method) != (object != nil) {
            throw ValidationError("--object goes with --model method, which needs it, and with --page")
        }
        if list, output != nil || !edit.isEmpty {
            throw ValidationError("--list computes nothing; leave out --output and --edit")
        }
        if !list, (output == nil) != tap.isEmpty {
            throw ValidationError(
                "what is named with --tap is written to --output; give both, or --list to see what there is")
        }
        let hasAnswer = model == .method || !point.isEmpty || box != nil || !text.isEmpty && !pictureOptions.isEmpty
        if !list, output == nil, !hasAnswer {
            throw ValidationError(
                "say what to look at: --list, or --tap and --output, or \(model == .sam ? "--point" : "--text")")
        }
        if overwrite, !(output.map(ActivationOutput.isFile) ?? false) {
            throw ValidationError("--overwrite is about an output file; results in a folder are replaced anyway")
        }
    }

    func run() throws {
        try models.threadOptions.apply()
        if let page { return try writePage(to: page) }
        let setup = model == .method ? try anomalyOptions.resolved() : nil
        let item = try picture()
        let output = try self.output.map { try ActivationOutput($0, overwrites: overwrite, id: item?.id) }
        let decoded = try item.map { item in
            try reading(item.pathText) { try item.decoded(pictureOptions.readingOptions.options) }
        }
        if let decoded { item?.tell(decoded.warnings) }
        var record = InspectRecord(
            model: model, picture: item.map { PictureRecord($0, decoded) }, object: object,
            edits: edit.map(InspectRecord.Edit.init), activations: [])
        let subject = try inspected(decoded?.image, setup, &record)
        try output?.keepsApart(from: [item?.path].compactMap { $0 } + subject.files.map { FilePath($0.path) })
        let listed = try subject.listed()
        let asked = try asked(of: listed)
        if list {
            try show(asked, &record)
            return
        }
        if self.output?.lowercased().hasSuffix(".npy") == true, asked.count != 1 {
            throw CommandFailure.usage(
                "a .npy file holds one tensor, and --tap means \(asked.count); name a .safetensors file or a folder")
        }
        let edits = try ActivationEditArgument.resolved(edit, among: listed)
        try ActivationMemory(asked: asked, edited: Set(edits.keys), listed: listed, models: subject.files).check()
        let weights = WeightFileRecord.pending(of: subject.files)
        let found: [String: Tensor]
        do {
            found = try StopRequest.computing {
                try subject.run(observing: asked.map(\.name), editing: edits, into: &record)
            }
        } catch let failure as CommandFailure where failure.status == .badInput && !edits.isEmpty {
            throw CommandFailure.badInput("\(failure.message) (unless --edit made it so)")
        }
        let tensors = asked.compactMap { entry in found[entry.name].map { (name: entry.name, tensor: $0) } }
        if tensors.count < asked.count {
            let absent = asked.map(\.name).filter { found[$0] == nil }
            Terminal.complain("note: this picture has no \(absent.joined(separator: ", "))")
        }
        record.activations = tensors.map {
            InspectRecord.Activation(NamedShape($0.name, $0.tensor.shape), file: output?.file(of: $0.name))
        }
        record.weights = try weights.get()
        let summary = try output.map { try $0.write(tensors, record) }
        try Terminal.write(json ? record.json() : (lines(record) + [summary].compactMap { $0 }).joined(separator: "\n"))
    }

    /// The one picture; nil without one.
    func picture() throws -> PictureItem? {
        if pictureOptions.isEmpty { return nil }
        let items = try pictureOptions.items(output: output)
        guard items.count == 1 else {
            throw CommandFailure.usage("inspect takes one picture at a time, not \(items.count)")
        }
        return items[0]
    }

    private func asked(of listed: [NamedShape]) throws -> [NamedShape] {
        if list, tap.isEmpty { return listed }
        var names: Set<String> = []
        do throws(ActivationError) {
            for pattern in tap { names.formUnion(try listed.named(pattern).map(\.name)) }
        } catch {
            throw CommandFailure.usage("--tap: \(error)")
        }
        return listed.filter { names.contains($0.name) }
    }

    private func inspected(
        _ image: Image?, _ setup: AnomalySetup?, _ record: inout InspectRecord
    ) throws -> any Inspected {
        switch (model, image, setup, object) {
        case (.sam, let image?, _, _):
            let loaded = try LoadedSAM(file: models.samOptions.file(), models.precisionOptions)
            let placed = PromptArguments(points: point, box: box, on: image.size)
            for note in placed.notes { Terminal.complain(note) }
            let prompt = point.isEmpty && box == nil ? nil : Prompt(points: placed.points, box: placed.box)
            record.prompt = prompt.map { PromptRecord($0, notes: placed.notes) }
            return InspectedSAM(loaded: loaded, image: image, prompt: prompt)
        case (.method, let image?, let setup?, let object?):
            let models = try LoadedModels(models, activation: setup.configuration.map.activation)
            let segmenter = try setup.segmenter(models, textCache: anomalyOptions.cache.textVectors())
            return InspectedMethod(
                segmenter: segmenter, files: models.files + setup.files, image: image, object: object)
        default:
            let loaded = try LoadedCLIP(models.clipOptions, models.precisionOptions)
            var preparation = loaded.model.configuration
            if let resize { preparation.resizing = resize }
            let pixels = try image.map { try preparation.wholePicturePreparation(for: $0).expanded(axis: 0) }
            return InspectedCLIP(loaded: loaded, pixels: pixels, texts: text)
        }
    }

    private func show(_ asked: [NamedShape], _ record: inout InspectRecord) throws {
        record.activations = asked.map { InspectRecord.Activation($0) }
        record.texts = text.isEmpty ? nil : text.map { InspectRecord.Text(text: $0) }
        try Terminal.write(json ? record.json() : asked.map(\.description).joined(separator: "\n"))
    }

    /// What the model said, for people.
    private func lines(_ record: InspectRecord) -> [String] {
        var lines: [String] = []
        for text in record.texts ?? [] {
            if let similarity = text.similarity, let probability = text.probability {
                lines.append(
                    printable(
                        "\(text.text): similarity \(fixed(Double(similarity), 4)), probability "
                            + fixed(Double(probability), 3)))
            }
        }
        for (index, mask) in (record.masks ?? []).enumerated() {
            lines.append(
                "mask \(index): predicted IoU \(fixed(Double(mask.predictedIoU), 3)), \(mask.mask.area) pixels")
        }
        if let found = record.found {
            lines.append(
                "score \(fixed(Double(found.score), 4)), mask of \(found.mask.area) pixels"
                    + (found.omission.map { ", SAM was not asked: \($0.rawValue)" } ?? ""))
        }
        return lines
    }
}
