import ArgumentParser
import CLIP
import Foundation
import ImageCodecs
import Imaging
import PictureLists
import Tensors
import TerminalText
import TextLines

/// Which of several names suits a picture.
struct ClassifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Says which of several labels suits each picture, without training.",
        discussion: """
            Each label is put into every template; the picture is compared with the mean of these sentences. The \
            numbers are probabilities given that one of the labels is right.

            Example: vitrine classify part.png --labels "a screw,a nut,a washer"
            """)

    @OptionGroup var pictureOptions: PictureOptions

    @OptionGroup var labelOptions: LabelOptions

    @Option(
        help: "A sentence with {} where the label goes. May be given several times. Without it \"a photo of a {}.\"")
    var template: [String] = []

    @Option(help: "A JSON file with a list of such sentences.")
    var templates: String?

    @Option(
        help: "How a picture becomes a square: crop (the middle) or squash (all). Without it as the model was trained.")
    var resize: CLIPConfiguration.Resizing?

    @Option(help: "Show only this many labels of each picture, the likeliest first.")
    var top: Int?

    @Flag(help: "Print one JSON line a picture, failures included.")
    var json = false

    @OptionGroup var clipOptions: CLIPOptions
    @OptionGroup var threadOptions: ThreadOptions

    func validate() throws {
        if pictureOptions.isEmpty { throw ValidationError("name a picture, a folder or a pattern") }
        if !template.isEmpty, templates != nil {
            throw ValidationError("give templates one by one (--template) or in a file (--templates), not both")
        }
        if let top, top < 1 { throw ValidationError("--top takes a positive number, not \(top)") }
    }

    func run() throws {
        threadOptions.apply()
        let items = try pictureOptions.items()
        let labels = try labelOptions.names()
        let sentences = try sentences()
        let options = pictureOptions.readingOptions.options
        let pictures = ReadAhead(items) { try $0.decoded(options) }
        let loaded = try LoadedCLIP(clipOptions)
        let clip = loaded.model
        var preparation = clip.configuration
        if let resize { preparation.resizing = resize }
        let classifier = try loaded.readingTexts(labelOptions.labelsFile ?? "--labels") {
            try ZeroShotClassifier(clip, labels: labels, templates: sentences)
        }
        var failures = 0
        for (item, picture) in pictures {
            try StopRequest.check()
            do {
                let decoded = try picture.get()
                let pixels = preparation.wholePicturePreparation(for: decoded.image).expanded(axis: 0)
                let probabilities = classifier.probabilities(images: try clip.encodeImage(pixels)).values
                try write(try line(item, decoded, zip(labels, probabilities)))
            } catch let error where error is ImageCodecError || error is CLIPError {
                failures += 1
                let sentence = naming(item.pathText, in: "\(error)\(flagHint(for: error))")
                Terminal.complain(sentence)
                let record = FailureRecord(picture: PictureRecord(item), error: sentence)
                if json { try write(try record.json(pretty: false)) }
            }
        }
        if failures > 0 { throw ExitCode(ExitStatus.someFailed.rawValue) }
    }

    private func sentences() throws -> [String] {
        guard let templates else { return template.isEmpty ? ZeroShotClassifier.defaultTemplates : template }
        do {
            return try JSONDecoder().decode([String].self, from: Data(try TextFile.text(of: templates).utf8))
        } catch let error as TextLineError {
            throw CommandFailure.badInput("\(error) (--templates)")
        } catch {
            throw CommandFailure.badInput("\(templates) is no JSON list of sentences, such as [\"a photo of a {}.\"]")
        }
    }

    private func write(_ line: String) throws {
        try Terminal.write(line)
    }

    private func line(
        _ item: PictureItem, _ decoded: DecodedImage, _ probabilities: some Sequence<(String, Float)>
    ) throws -> String {
        let ranked = probabilities.sorted { $0.1 > $1.1 }.prefix(top ?? .max)
        if json {
            let labels = ranked.map { ClassifyRecord.Label(label: $0.0, probability: $0.1) }
            return try ClassifyRecord(picture: PictureRecord(item, decoded), labels: labels).json(pretty: false)
        }
        let shown = ranked.map { "\($0.0) \(fixed(Double($0.1), 3))" }.joined(separator: ", ")
        return printable("\(item.pathText): \(shown)")
    }
}

/// The line of one picture.
struct ClassifyRecord: OutputRecord {
    static let kind = "classify"

    struct Label: Encodable {
        var label: String
        var probability: Float
    }

    var picture: PictureRecord
    /// The likeliest first.
    var labels: [Label]
}
