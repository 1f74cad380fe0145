import AnomalySegmentation
import ArgumentParser
import CLIP
import Foundation
import ImageCodecs
import Imaging
import Introspection
import JSONText
import PictureLists
import SegmentAnything
import SystemPackage
import Tensors
import TerminalText
import WebPages
import WholeFiles

extension InspectCommand {
    private static let maker = "vitrine inspect"
    /// Enough of a file to tell whether it is such a page.
    private static let startBytes = 1024

    /// What does not go with `--page`.
    func validatePage() throws {
        if list || output != nil || json || !tap.isEmpty || !edit.isEmpty || model != .clip || resize != nil {
            throw ValidationError(
                "--page makes a page of its own choice; it goes with --object and --text, and with flags for models")
        }
        if pictureOptions.isEmpty { throw ValidationError("--page takes a picture") }
        guard page?.lowercased().hasSuffix(".html") == true else {
            throw ValidationError("--page takes a .html file, not \(page ?? "")")
        }
    }

    /// Writes the page.
    func writePage(to path: String) throws {
        let output = try OutputFile(path, overwrites: overwrite) { path in
            guard let file = FileHandle(forReadingAtPath: path), let start = try? file.read(upToCount: Self.startBytes)
            else { return false }
            return WebPage.isOne(start, by: Self.maker)
        }
        guard let item = try picture() else { return }
        let decoded = try reading(item.pathText) { try item.decoded(pictureOptions.readingOptions.options) }
        item.tell(decoded.warnings)
        let data = try StopRequest.computing { try pageData(decoded.image, item, output) }
        let page = WebPage.inspection(title: "\(item.id), seen from inside", maker: Self.maker)
        let bytes = page.html(data: try encodedJSON(data, pretty: false))
        try output.write { try WholeFile.write(bytes, to: $0) }
        try Terminal.write(printable("\(path): \(fixed(Double(bytes.count) / 1e6, 1)) MB, open it in a browser"))
    }

    private func pageData(_ image: Image, _ item: PictureItem, _ output: OutputFile) throws -> InspectionPage {
        let inputs = [item.path]
        func made(_ loaded: LoadedCLIP, _ texts: [(label: String, vector: Tensor)]) throws -> InspectionPage {
            try reading(loaded.files[0].path) {
                try InspectionPage(
                    image, name: item.id, clip: loaded.model, texts: texts, maker: "Vitrine \(Version.number)")
            }
        }
        func named(_ loaded: LoadedCLIP) throws -> [(label: String, vector: Tensor)] {
            if text.isEmpty { return [] }
            let vectors = try loaded.readingTexts("--text") { try loaded.model.encodeText(text) }
            return text.enumerated().map { ($1, vectors.element($0)) }
        }
        guard let object else {
            let loaded = try LoadedCLIP(models.clipOptions, models.precisionOptions)
            try output.keepsApart(from: inputs + loaded.files.map { FilePath($0.path) })
            return try made(loaded, named(loaded))
        }
        let setup = try anomalyOptions.resolved()
        let loaded = try LoadedModels(models, activation: setup.configuration.map.activation)
        let clip = LoadedCLIP(loaded)
        try output.keepsApart(from: inputs + (loaded.files + setup.files).map { FilePath($0.path) })
        let segmenter = try setup.segmenter(loaded, textCache: anomalyOptions.cache.textVectors())
        do {
            let vectors = try segmenter.textVectors(for: object)
            let own = [("normal \(object)", vectors.normal), ("anomalous \(object)", vectors.abnormal)]
            let texts = try named(clip)
            var page = try made(clip, texts.isEmpty ? own : texts)
            page.object = object
            let names = InspectionPage.observed(by: segmenter, of: image.size)
            // Made here, because the decoder is asked again afterwards.
            let samFile = loaded.files.first { $0.role == "SAM" }?.path ?? ""
            let embedding = try reading(samFile) { try loaded.sam.embed(image) }
            let seen = try segmenter.segment(image, object: object, embedding: embedding, observing: names)
            try reading(samFile) { try page.add(seen, embedding, loaded.sam) }
            return page
        } catch let error as AnomalySegmentationError {
            switch error {
            case .emptyObjectName, .sentenceTooLong: throw CommandFailure.usage("--object: \(error)")
            default: throw CommandFailure.badInput("\(clip.files[0].path): \(error)")
            }
        }
    }
}
