public import ArgumentParser
import CLIP
import Checkpoints
import Foundation
import ImageCodecs
import Imaging
import PictureLists
import SegmentAnything
import SystemPackage
import Tensors

/// Pictures or texts in, vectors out.
struct EmbedCommand: ReadsPictures {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Writes the vectors of pictures or texts to a file.",
        discussion: """
            A .npy file holds one array: the vectors, a row for each picture or text. A .safetensors file holds \
            image_embeddings or text_embeddings, [rows, width], and with --patches for each block LAYER also \
            tokens.LAYER, [pictures, rows, columns, width], the residual stream after that block, and \
            projected.LAYER, the same after the last norm and the projection; "vitrine.record" in its metadata is JSON \
            that lists the pictures or texts. A shard without pictures writes no file. With --sam it holds the image embedding of one picture, which \
            vitrine mask --embedding takes in place of another pass through the encoder.

            Vectors are as the tower gives them; --normalize scales each to length 1.

            Example: vitrine embed parts/*.jpg --output parts.safetensors
            """)

    @OptionGroup var pictureOptions: PictureOptions

    @Option(help: "A text, in place of pictures. May be given several times.")
    var text: [String] = []

    @Option(
        help: """
            The file to write: .safetensors, or .npy for the vectors alone. A .safetensors file of vitrine embed is \
            replaced; any other file only with --overwrite, a .npy file too, in which nothing says who wrote it.
            """)
    var output: String

    @Flag(help: "Replace the output whatever it holds. No input is ever replaced.")
    var overwrite = false

    @Flag(help: "Write the patches of the pictures too (.safetensors only).")
    var patches = false

    @Option(help: "With --patches, blocks counted from 1, separated by commas. Without it the last.")
    var layers: BlockList?

    @Flag(help: "With --patches, let the last six blocks attend from values to values, as CLIP Surgery does.")
    var valueAttention = false

    @Flag(help: "Write SAM's image embedding of one picture instead of CLIP's vectors (.safetensors only).")
    var sam = false

    @Option(help: "With --sam, which SAM: see --sam of vitrine segment.")
    var samWeights: String?

    @Flag(help: "Scale each vector to length 1.")
    var normalize = false

    @Option(
        help: """
            How a picture becomes a square: crop (the middle of it) or squash (all of it). Without it as the model was \
            trained, which for published models is crop.
            """)
    var resize: CLIPConfiguration.Resizing?

    @Option(help: "Side of that square in pixels, a multiple of the patch. Without it the model's own.")
    var side: Int?

    @OptionGroup var clipOptions: CLIPOptions
    @OptionGroup var precisionOptions: PrecisionOptions
    @OptionGroup var threadOptions: ThreadOptions
    @OptionGroup var limit: RunLimitOptions

    /// Beyond it the patches of one picture would attend to each other for hours.
    private static let largestSide = 8192

    func validate() throws {
        if pictureOptions.isEmpty == text.isEmpty {
            throw ValidationError("name either pictures or texts (--text), and one of them at least")
        }
        let ending = (output as NSString).pathExtension.lowercased()
        guard ["safetensors", "npy"].contains(ending) else {
            throw ValidationError("--output takes a .safetensors or .npy file, not \(output)")
        }
        if ending == "npy", patches || sam {
            throw ValidationError("a .npy file holds one array; name a .safetensors file with --output")
        }
        if layers != nil || valueAttention, !patches {
            throw ValidationError("--layers and --value-attention go with --patches")
        }
        if !text.isEmpty, patches || sam {
            throw ValidationError("--patches and --sam are for pictures")
        }
        if sam, patches || normalize { throw ValidationError("--sam goes without CLIP's flags") }
        if let side, !(1...Self.largestSide).contains(side) {
            throw ValidationError("--side takes a whole number from 1 to \(Self.largestSide), not \(side)")
        }
        if text.contains(where: { $0.allSatisfy(\.isWhitespace) }) {
            throw ValidationError("--text is empty; write the text that should become a vector")
        }
    }

    func run() throws {
        limit.apply()
        try threadOptions.apply()
        var file = EmbeddingFile(
            try OutputFile(output, overwrites: overwrite, recognises: EmbeddingFile.isOne),
            EmbedRecord(precision: precisionOptions.recorded))
        if sam {
            try addImageEmbedding(to: &file)
        } else if text.isEmpty {
            let loop = try addPictures(to: &file)
            if file.record.pictures?.isEmpty == false { try finish(file) }
            return try loop.end()
        } else {
            try addTexts(to: &file)
        }
        try finish(file)
    }

    private func finish(_ file: EmbeddingFile) throws {
        try file.write()
        try Terminal.write(file.summary)
    }

    private func loadedCLIP(for file: EmbeddingFile) throws -> LoadedCLIP {
        let loaded = try LoadedCLIP(clipOptions, precisionOptions)
        try file.output.keepsApart(from: loaded.files.map { FilePath($0.path) })
        return loaded
    }

    private func addTexts(to file: inout EmbeddingFile) throws {
        let clip = try loadedCLIP(for: file)
        let vectors = try clip.readingTexts("--text") { try clip.model.encodeText(text) }
        file.add("text_embeddings", normalize ? vectors.l2Normalized() : vectors)
        file.record.texts = text
    }

    /// A picture that fails has no row. The file's record names it.
    private func addPictures(to file: inout EmbeddingFile) throws -> PictureLoop {
        let items = try pictureOptions.items()
        try file.output.keepsApart(from: items.map(\.path))
        if items.isEmpty { return PictureLoop(total: 0, whenStopped: "") }
        let options = pictureOptions.readingOptions.options
        let clip = try loadedCLIP(for: file).model
        let readings = ReadAhead(items) { try $0.decoded(options) }
        var preparation = clip.configuration
        if let resize { preparation.resizing = resize }
        if let side, side % preparation.patch != 0 {
            throw CommandFailure.usage(
                "--side takes a multiple of the patch of \(preparation.patch) pixels, not \(side)")
        }
        let blocks = layers?.blocks ?? [preparation.visionLayers]
        let attention =
            valueAttention ? DenseAttention.inLastSix(of: preparation.visionLayers) : .ordinary
        var vectors: [Tensor] = []
        var dense: [DenseFeatures] = []
        var records: [PictureRecord] = []
        var loop = PictureLoop(
            total: items.count,
            whenStopped: "no file was written; allow more time, or do the pictures in parts with --shard")
        try loop.work(through: readings, \.self) { item, picture in
            let pixels = try preparation.wholePicturePreparation(for: picture.image, size: side).expanded(axis: 0)
            if patches {
                do {
                    dense.append(
                        try StopRequest.computing {
                            try clip.denseFeatures(pixels, layers: blocks, attention: attention)
                        })
                } catch {
                    guard case CLIPError.noSuchBlock = error else { throw error }
                    throw CommandFailure.usage("--layers: \(error)")
                }
                vectors.append(dense[dense.count - 1].classToken)
            } else {
                vectors.append(try StopRequest.computing { try clip.encodeImage(pixels).element(0) })
            }
            records.append(PictureRecord(item, picture))
        }
        file.record.pictures = records
        file.record.failures = loop.failures.isEmpty ? nil : loop.failures
        if records.isEmpty { return loop }
        let all = Tensor.stacked(vectors)
        file.add("image_embeddings", normalize ? all.l2Normalized() : all)
        for (position, block) in blocks.enumerated() where patches {
            for (name, part) in [
                ("tokens", { $0.tokens }), ("projected", { $0.projected() }),
            ] as [(String, (DenseFeatures.Layer) -> Tensor)] {
                let grids = dense.map { features in
                    let tokens = part(features.layers[position])
                    return tokens.reshaped(to: [features.gridHeight, features.gridWidth, tokens.shape[1]])
                }
                file.add("\(name).\(block)", .stacked(grids))
            }
        }
        return loop
    }

    private func addImageEmbedding(to file: inout EmbeddingFile) throws {
        let input = try SAMPicture(
            pictureOptions, output: nil, weights: try WeightSearch.sam(flag: samWeights), precision: precisionOptions)
        try file.output.keepsApart(from: [input.item.path] + input.files.map { FilePath($0.path) })
        let (sam, image) = (input.sam, input.decoded.image)
        let embedding = try StopRequest.computing { try sam.embed(image) }
        guard embedding.features.isFinite else {
            throw CommandFailure.badInput(
                "\(input.files[0].path): the picture's features hold numbers that are infinite or none: the weights are "
                    + "damaged; get them again, or convert them anew")
        }
        for (name, tensor) in embedding.tensors { file.add(name, tensor) }
        file.metadata = embedding.metadata(
            for: try ImageEmbeddingKey(sam, weights: sam.imageEncoderFingerprint(), picture: image))
        file.record.pictures = [PictureRecord(input.item, input.decoded)]
    }
}

/// Blocks of a tower, counted from 1.
struct BlockList: ExpressibleByArgument {
    var blocks: [Int]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        blocks = parts.compactMap { $0 }
        guard blocks.count == parts.count, blocks.allSatisfy({ $0 > 0 }), Set(blocks).count == blocks.count else {
            return nil
        }
    }
}

extension CLIPConfiguration.Resizing: ExpressibleByArgument {}
