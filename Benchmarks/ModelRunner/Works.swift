import CLIP
import Checkpoints
import Imaging
import SegmentAnything
import Tensors

/// A model with its input, ready to run.
protocol Work {
    func run() throws -> [(name: String, tensor: Tensor)]
}

/// The works by name.
enum Works {
    static func make(
        _ name: String, weights: String, input: String, precision: Precision
    ) throws -> any Work {
        let input = try Checkpoint.open(input)
        let weights = try Checkpoint.open(weights)
        switch name {
        case "clip-image": return try ImageWork(weights, input, precision)
        case "clip-text": return try TextWork(weights, input, precision)
        case "sam-encoder": return try EncoderWork(weights, input, precision)
        case "sam-decoder": return try DecoderWork(weights, input, stages: 1)
        case "sam-cascade": return try DecoderWork(weights, input, stages: 3)
        default: throw RunnerError.unknownWork(name)
        }
    }

    static func save(_ results: [(name: String, tensor: Tensor)], to path: String) throws {
        try SafetensorsWriter.write(results, to: path)
    }

    /// A CLIP whose tokenizer is never used: a vocabulary of the weights' size from pairs of bytes.
    static func clip(_ weights: Checkpoint, _ precision: Precision) throws -> CLIPModel {
        let configuration = try CLIPConfiguration.detect(from: weights, activation: .quickGELU)
        let codes: [UInt32] = Array(33...126) + Array(174...255) + Array(256...323)
        let symbols: [String] = codes.compactMap { code in UnicodeScalar(code).map { String($0) } }
        let lines = (0..<configuration.vocabularySize - 514).map { index in
            "\(symbols[index / symbols.count]) \(symbols[index % symbols.count])"
        }
        return try CLIPModel(
            configuration: configuration, weights: weights,
            tokenizer: CLIPTokenizer(
                vocabulary: try Vocabulary(merges: Array(lines.joined(separator: "\n").utf8), mergeCount: lines.count),
                contextLength: configuration.contextLength), precision: precision)
    }
}

/// `pixels` [batch, 3, side, side] to vectors.
struct ImageWork: Work {
    let clip: CLIPModel
    let pixels: Tensor

    init(_ weights: Checkpoint, _ input: Checkpoint, _ precision: Precision) throws {
        clip = try Works.clip(weights, precision)
        pixels = try input.load("pixels")
    }

    func run() throws -> [(name: String, tensor: Tensor)] {
        [("embedding", try clip.encodeImage(pixels))]
    }
}

/// `tokens` [texts, context], padded with zeros, to vectors.
struct TextWork: Work {
    let clip: CLIPModel
    let tokens: [[Int]]

    init(_ weights: Checkpoint, _ input: Checkpoint, _ precision: Precision) throws {
        clip = try Works.clip(weights, precision)
        let rows = try input.load("tokens")
        let end = clip.tokenizer.vocabulary.endToken
        tokens = (0..<rows.shape[0]).map { index in
            let row = rows.element(index).values.map { Int($0) }
            return Array(row.prefix { $0 != end }) + [end]
        }
    }

    func run() throws -> [(name: String, tensor: Tensor)] {
        [("embedding", try clip.encode(tokens: tokens))]
    }
}

/// `pixels` [batch, 3, side, side], prepared, to the image embeddings.
struct EncoderWork: Work {
    let sam: SAMModel
    let pixels: Tensor

    init(_ weights: Checkpoint, _ input: Checkpoint, _ precision: Precision) throws {
        sam = try SAMModel(configuration: .detect(from: weights), weights: weights, precision: precision)
        pixels = try input.load("pixels")
    }

    func run() throws -> [(name: String, tensor: Tensor)] {
        [("embedding", .stacked(try (0..<pixels.shape[0]).map { try sam.encode(pixels.element($0)) }))]
    }
}

/// `features` [channels, rows, columns] and `points` [n, 3] (x, y, label) to one mask, by one question or by three: the
/// points, then with the mask, then with the mask's box. Each answer is enlarged to the picture.
struct DecoderWork: Work {
    let sam: SAMModel
    let embedding: ImageEmbedding
    let points: [PromptPoint]
    let stages: Int

    init(_ weights: Checkpoint, _ input: Checkpoint, stages: Int) throws {
        sam = try SAMModel(configuration: .detect(from: weights), weights: weights)
        let side = sam.configuration.side
        let frame = ModelFrame(
            original: ImageSize(width: side, height: side), side: side, patch: sam.configuration.patch)
        embedding = ImageEmbedding(features: try input.load("features"), frame: frame)
        let rows = try input.load("points")
        points = (0..<rows.shape[0]).map { index in
            let row = rows.element(index).values
            return PromptPoint(ImagePoint(x: Double(row[0]), y: Double(row[1])), row[2] == 1 ? .positive : .negative)
        }
        self.stages = stages
    }

    func run() throws -> [(name: String, tensor: Tensor)] {
        var prompt = Prompt(points: points)
        var results: [(name: String, tensor: Tensor)] = []
        for stage in 1...stages {
            let prediction = try sam.predict(embedding, prompt)
            let low = prediction.logits.element(0)
            let enlarged = embedding.frame.upscaledLogits(low)
            results.append(("low.\(stage)", low))
            results.append(
                ("mask.\(stage)", Tensor(enlarged.values, shape: [enlarged.size.height, enlarged.size.width])))
            prompt.maskLogits = low
            if stage == 2 { prompt.box = MaskPostprocessing.mask(enlarged).boundingBox }
        }
        return results
    }
}
