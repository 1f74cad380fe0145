import AnomalySegmentation
import CLIP
import Foundation
import ImageCodecs
import Imaging
import PictureLists
import SegmentAnything
import SystemPackage
import Tensors

/// What `profile` measures, ready to be done again and again.
struct ProfileWork {
    let name: String
    private let body: () throws -> Void

    func run() throws { try body() }

    /// - Throws: A ``CommandFailure``.
    init(_ command: ProfileCommand) throws {
        let path = command.work.path
        guard let model = Model(rawValue: path.string) else {
            name = PathText.readable(path.bytes)
            body = try Self.segmentation(command)
            return
        }
        name = model.rawValue
        switch model {
        case .clipImage:
            let clip = try LoadedCLIP(command.models.clipOptions, command.models.precisionOptions).model
            let side = clip.configuration.imageSize
            let pixels = Self.pattern([command.batch, 3, side, side])
            body = { _ = try clip.encodeImage(pixels) }
        case .clipText:
            let clip = try LoadedCLIP(command.models.clipOptions, command.models.precisionOptions)
            let tokens = try clip.readingTexts("clip-text") { try clip.model.tokenizer.tokens(for: Self.sentence) }
            let texts = [[Int]](repeating: tokens, count: command.batch)
            body = { _ = try clip.model.encode(tokens: texts) }
        case .samEncoder:
            let sam = try LoadedSAM(file: command.models.samOptions.file(), command.models.precisionOptions).model
            let side = sam.configuration.side
            let pixels = Self.pattern([3, side, side])
            body = { _ = try sam.encode(pixels) }
        case .samDecoder:
            let loaded = try LoadedSAM(file: command.models.samOptions.file(), command.models.precisionOptions)
            let (sam, side) = (loaded.model, loaded.model.configuration.side)
            let frame = ModelFrame(
                original: ImageSize(width: side, height: side), side: side, patch: sam.configuration.patch)
            let embedding = ImageEmbedding(features: try sam.encode(Self.pattern([3, side, side])), frame: frame)
            let points = (1...6).map { index in
                PromptPoint(
                    ImagePoint(x: Double(side * index / 8), y: Double(side * (7 - index) / 8)),
                    index % 2 == 1 ? .positive : .negative)
            }
            body = { _ = try loaded.asking { try sam.predict(embedding, Prompt(points: points)) } }
        }
    }

    private enum Model: String, CaseIterable {
        case clipImage = "clip-image"
        case clipText = "clip-text"
        case samEncoder = "sam-encoder"
        case samDecoder = "sam-decoder"
    }

    private static let sentence = "a close-up photo of a damaged metal plate."

    /// Numbers between -1 and 1 that are the same in every run.
    private static func pattern(_ shape: Shape) -> Tensor {
        Tensor((0..<shape.elementCount).map { Float($0 &* 40_503 & 0xFFFF) / 32_768 - 1 }, shape: shape)
    }

    /// All that `segment` does with a picture: decoding, the method, and the files of the result.
    private static func segmentation(_ command: ProfileCommand) throws -> () throws -> Void {
        let item = try picture(command.work.path)
        let options = DecodingOptions()
        _ = try reading(item.pathText) { try item.decoded(options) }
        let setup = try command.anomalyOptions.resolved()
        let models = try LoadedModels(command.models, activation: setup.configuration.map.activation)
        let segmenter = try setup.segmenter(models)
        return {
            let decoded = try Profile.stage("decoding") { try item.decoded(options) }
            let result = try SegmentedPicture(decoded.image, object: command.object, by: segmenter, tiling: nil)
            let record = SegmentRecord(
                picture: PictureRecord(item, decoded), object: command.object, result: result,
                configuration: segmenter.configuration, weights: [])
            try Profile.stage("writing") {
                try inScratchFolder { folder in
                    try ResultFiles(
                        image: decoded.image, result: result, record: record, showsPoints: false,
                        kept: ResultFile.usual
                    ).write(to: folder)
                }
            }
        }
    }

    private static func picture(_ path: FilePath) throws -> PictureItem {
        do {
            let items = try PictureList(of: [path], output: nil).items
            guard items.count == 1 else {
                throw CommandFailure.usage("profile takes one picture at a time, not \(items.count)")
            }
            return items[0]
        } catch PictureListError.notFound {
            throw CommandFailure.badInput(
                "\(PathText.readable(path.bytes)) is no picture, and no work: name a picture, or one of "
                    + Model.allCases.map(\.rawValue).joined(separator: ", "))
        } catch let error as PictureListError {
            throw CommandFailure.badInput("\(error)\(error.flagHint)")
        }
    }

    /// Runs `body` with a new folder that goes away again.
    private static func inScratchFolder(_ body: (_ path: String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vitrine-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            try body(folder.path)
        } catch {
            throw CommandFailure.output("cannot write results to \(folder.path): \(error)")
        }
    }
}
