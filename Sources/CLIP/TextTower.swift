import NeuralNetwork
import Tensors

/// The text transformer of CLIP, in which a token attends only to itself and the tokens before it.
///
/// Keys: `token_embedding`, `positional_embedding`, `transformer.resblocks.<n>`, `ln_final`, `text_projection`. Matches
/// `CLIP.encode_text` of open_clip.
struct TextTower: Sendable {
    let configuration: CLIPConfiguration
    let tokenEmbedding: Embedding
    let positions: Tensor
    let projection: TokenProjection
    let blocks: [TransformerBlock]

    init(_ scope: WeightScope, _ configuration: CLIPConfiguration, _ precision: Precision) {
        let width = configuration.textWidth
        self.configuration = configuration
        tokenEmbedding = Embedding(scope.child("token_embedding"), count: configuration.vocabularySize, width: width)
        positions = scope.tensor("positional_embedding", shape: [configuration.contextLength, width])
        blocks = TransformerBlock.all(
            configuration.textLayers, of: scope, width: width, heads: configuration.textHeads,
            hidden: configuration.textHidden, activation: configuration.tensorActivation, precision: precision)
        projection = TokenProjection(
            scope, norm: "ln_final", matrix: "text_projection", width: width, embedding: configuration.embedding)
    }

    /// Texts as vectors.
    ///
    /// The vector of a text is that of its first end token, and no token attends to a later one. So nothing behind the last
    /// end token is computed; the reference always computes the whole context.
    ///
    /// - Parameter texts: tokens from start to end, `contextLength` at most, at least one text.
    /// - Returns: `[texts, embedding]`, not normalised.
    func callAsFunction<Failure>(_ texts: [[Int]], _ steps: CancellableSteps<Failure>) throws(Failure) -> Tensor {
        let ends = ends(of: texts)
        return try encode(embedded(texts, length: (ends.max() ?? 0) + 1), ends: ends, steps)
    }

    /// For each text the index of its first end token, or of its last token if there is none.
    func ends(of texts: [[Int]]) -> [Int] {
        let endToken = configuration.vocabularySize - 1
        return texts.map { $0.firstIndex(of: endToken) ?? $0.count - 1 }
    }

    /// Vectors of the first `length` tokens of each text, `[texts, length, width]`, without positions. Shorter texts go on
    /// with token 0, as in the reference.
    func embedded(_ texts: [[Int]], length: Int) -> Tensor {
        require(
            length <= configuration.contextLength,
            "TextTower: \(length) tokens where \(configuration.contextLength) are possible")
        let padded = texts.flatMap { text in
            text.prefix(length) + Array(repeating: 0, count: max(0, length - text.count))
        }
        return tokenEmbedding(padded).reshaped(to: [texts.count, length, configuration.textWidth])
    }
}
