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
struct ClassifyCommand: ReadsPictures {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Says which of several labels suits each picture, without training.",
        discussion: """
            Each label is put into every template; the picture is compared with the mean of these sentences. The \
            numbers are probabilities given that one of the labels is right. Labels that the weights cannot tell apart are \
            named; the small weights know "damaged" and "perfect" things, and few others.

            Example: vitrine classify part.png --labels "damaged metal,perfect metal"
            """)

    @OptionGroup var pictureOptions: PictureOptions
    @OptionGroup var stdioOptions: StdioOptions

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
    @OptionGroup var precisionOptions: PrecisionOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var limit: RunLimitOptions

    func validate() throws {
        try stdioOptions.check(pictureOptions)
        if !template.isEmpty, templates != nil {
            throw ValidationError("give templates one by one (--template) or in a file (--templates), not both")
        }
        if let top, top < 1 { throw ValidationError("--top takes a positive number, not \(top)") }
    }

    func run() throws {
        limit.apply()
        try threadOptions.apply()
        let items = stdioOptions.stdio ? [] : try pictureOptions.items()
        let labels = try labelOptions.names()
        let sentences = try sentences()
        let options = pictureOptions.readingOptions.options
        let loaded = try LoadedCLIP(clipOptions, precisionOptions)
        let pictures = ReadAhead(items) { try $0.decoded(options) }
        let clip = loaded.model
        var preparation = clip.configuration
        if let resize { preparation.resizing = resize }
        // Before the sentences become vectors, so that a request to stop has its sentence.
        var loop = PictureLoop(total: items.count, whenStopped: "the others have no line", printsRecords: json)
        let classifier = try loaded.readingTexts(labelOptions.labelsFile ?? "--labels") {
            try ZeroShotClassifier(clip, labels: labels, templates: sentences)
        }
        let indistinct = classifier.indistinctLabels
        for group in indistinct {
            Terminal.complain("\(group) (\(labelOptions.labelsFile == nil ? "--labels" : "--labels-file"), --clip)")
        }
        // The likeliest first.
        func ranked(_ decoded: DecodedImage) throws -> [(label: String, probability: Float)] {
            let pixels = try preparation.wholePicturePreparation(for: decoded.image).expanded(axis: 0)
            let probabilities = try StopRequest.computing {
                try classifier.probabilities(images: clip.encodeImage(pixels)).values
            }
            let found = zip(labels, probabilities).sorted { $0.1 > $1.1 }.prefix(top ?? labels.count)
            return found.map { (label: $0.0, probability: $0.1) }
        }
        if stdioOptions.stdio {
            let loop = RequestLoop<DecodedImage>(read: { try $0.item.decoded(options) }) { request, decoded in
                if request.object != nil {
                    throw RequestRefusal(sentence: "classify knows no \"object\"; leave it out")
                }
                return try record(request.item, decoded, try ranked(decoded), indistinct, seq: request.seq)
            }
            let status = try loop.run()
            if status != .success { throw ExitCode(status.rawValue) }
            return
        }
        try loop.work(through: pictures, \.self) { item, decoded in
            try Terminal.write(try line(item, decoded, try ranked(decoded), indistinct))
        }
        try loop.end()
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

    private func line(
        _ item: PictureItem, _ decoded: DecodedImage, _ ranked: [(label: String, probability: Float)],
        _ indistinct: [IndistinctLabels]
    ) throws -> String {
        if json { return try record(item, decoded, ranked, indistinct) }
        let shown = ranked.map { "\($0.label) \(fixed(Double($0.probability), 3))" }.joined(separator: ", ")
        return printable("\(item.pathText): \(shown)")
    }

    private func record(
        _ item: PictureItem, _ decoded: DecodedImage, _ ranked: [(label: String, probability: Float)],
        _ indistinct: [IndistinctLabels], seq: Int? = nil
    ) throws -> String {
        let labels = ranked.map { ClassifyRecord.Label(label: $0.label, probability: $0.probability) }
        let groups = indistinct.isEmpty ? nil : indistinct.map(\.labels)
        return try ClassifyRecord(
            picture: PictureRecord(item, decoded), labels: labels, indistinctLabels: groups,
            precision: precisionOptions.recorded, seq: seq
        ).json(pretty: false)
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
    /// Groups of labels that the weights cannot tell apart, whatever the picture; absent where there are none.
    var indistinctLabels: [[String]]?
    /// In which the model computed; absent for the full one.
    var precision: String?
    /// The number of the request that this answers.
    var seq: Int?
}
