public import CLIP
public import NeuralNetwork
public import Tensors

/// How much each head and each feed-forward part of CLIP's image tower adds by itself to the similarity of a picture with
/// texts.
///
/// The class token behind the last block is a sum: what entered the first block, what each head and each feed-forward part
/// wrote, and the biases of the attentions' output maps. `ln_post` is the only step behind it that is not linear. Here it is
/// taken with the mean and the scale that the whole sum has: a part `p` becomes `(p - mean(p)) / scale * weight`, with
/// `scale = sqrt(variance + epsilon)` of the whole, and the bias of `ln_post` is a part of its own. Then each part goes
/// through `proj`, and its product with the text's direction is divided by the length of the whole vector. So all parts
/// together **are** the cosine; nothing is left out.
///
/// What a part does through later blocks (its indirect effect) is not in it: see ``ActivationPatching``.
///
/// **Source:** Elhage et al., A Mathematical Framework for Transformer Circuits, 2021 (direct logit attribution); Gandelsman,
/// Efros and Steinhardt, Interpreting CLIP's Image Representation via Text-Based Decomposition, 2024.
public struct DirectContributions: Codable, Hashable, Sendable {
    /// The parts of one block.
    public struct Block: Codable, Hashable, Sendable {
        /// What each head adds: `[heads]`.
        public let heads: [Float]
        /// What the bias of the attention's output map adds.
        public let attentionBias: Float
        /// What the feed-forward part adds, biases included.
        public let feedForward: Float
    }

    /// The parts of the similarity with one text.
    public struct Text: Codable, Hashable, Sendable {
        /// What the class token adds as it enters the first block: its own embedding and its position, behind `ln_pre`.
        public let embedding: Float
        /// In the order of the tower.
        public let blocks: [Block]
        /// What the bias of `ln_post` adds.
        public let normBias: Float
        /// The cosine of picture and text as the model gives it, -1...1.
        public let similarity: Float

        /// All parts together, summed in Double. Equal to ``similarity`` but for rounding.
        public var sum: Float {
            Float(
                blocks.reduce(Double(embedding) + Double(normBias)) { sum, block in
                    block.heads.reduce(sum + Double(block.attentionBias) + Double(block.feedForward)) {
                        $0 + Double($1)
                    }
                })
        }
    }

    /// One for each text, in the order given.
    public let texts: [Text]
    /// What makes logits of cosines, for the sum and for each part.
    public let logitScale: Float

    /// Looks at one picture.
    ///
    /// - Parameters:
    ///   - pixels: `[1, 3, height, columns]`, prepared as for `CLIPModel.encodeImage`.
    ///   - clip: the model.
    ///   - texts: `[texts, embedding]`, from `CLIPModel.encodeText`; of any length. A difference of two unit vectors tells
    ///     what speaks for one text against the other.
    ///   - editing: what is replaced on the way.
    /// - Throws: ``IntrospectionError``.
    public init(
        of pixels: Tensor, in clip: CLIPModel, texts: Tensor, editing: [String: ActivationEdit] = [:]
    ) throws(IntrospectionError) {
        _ = try PatchGrid(of: pixels, in: clip)
        let directions = try clip.directions(texts)
        let blocks = (0..<clip.configuration.visionLayers).map(CLIPModel.imageBlock)
        let parts = blocks.flatMap { ["\($0).attn.contributions", "\($0).attn", "\($0).mlp"] }
        let seen = try clip.seen(pixels, ["visual.ln_pre", "visual.transformer"] + parts, editing)
        let readout = Readout(
            whole: try seen.handed("visual.transformer").classToken, vector: seen.output.element(0), clip: clip,
            directions: directions)
        let embedding = readout.shares(of: try seen.handed("visual.ln_pre").classToken)
        var found: [(heads: Tensor, bias: [Float], feedForward: [Float])] = []
        for block in blocks {
            // [1, heads, tokens, width] at the class token: [heads, width]
            let written = try seen.handed("\(block).attn.contributions").element(0).sliced(axis: 1, 0..<1)
                .squeezed(axis: 1)
            let bias = try seen.handed("\(block).attn").classToken - written.sum(axis: 0)
            let feedForward = try seen.handed("\(block).mlp").classToken
            found.append((readout.shares(ofRows: written), readout.shares(of: bias), readout.shares(of: feedForward)))
        }
        self.texts = (0..<directions.shape[0]).map { text in
            Text(
                embedding: embedding[text],
                blocks: found.map { block in
                    let heads = (0..<block.heads.shape[0]).map { block.heads[$0, text] }
                    return Block(heads: heads, attentionBias: block.bias[text], feedForward: block.feedForward[text])
                },
                normBias: readout.normBias[text], similarity: readout.similarities[text])
        }
        logitScale = clip.logitScale
    }
}

/// The linear map from a part of the class token's stream to its shares of the cosines with texts.
private struct Readout {
    /// `[texts, width]`: a part's product with a row is its share.
    let rows: Tensor
    /// What the bias of the norm adds to each text's cosine.
    let normBias: [Float]
    /// The cosines themselves.
    let similarities: [Float]

    /// - Parameters:
    ///   - whole: the class token behind the last block, `[width]`.
    ///   - vector: what the tower made of it, `[embedding]`.
    ///   - clip: the model.
    ///   - directions: of the texts, `[texts, embedding]`, of length 1.
    init(whole: Tensor, vector: Tensor, clip: CLIPModel, directions: Tensor) {
        let (norm, matrix) = clip.imageProjection
        let values = whole.values.map(Double.init)
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        let scale = Float((variance + Double(norm.epsilon)).squareRoot())
        let length = vector.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let seenByTexts = directions.matrixProduct(matrix, transposingOther: true) / length
        let weighted = seenByTexts * norm.weight
        // Taking the mean out of a part is the same as taking it out of each row.
        rows = (weighted - weighted.mean(axis: -1, keepsAxis: true)) / scale
        normBias = seenByTexts.matrixProduct(norm.bias.expanded(axis: 1)).values
        similarities = directions.matrixProduct(vector.expanded(axis: 1)).values.map { $0 / length }
    }

    /// The shares of one part, `[width]`, of each text's cosine.
    func shares(of part: Tensor) -> [Float] { shares(ofRows: part.expanded(axis: 0)).values }

    /// The shares of several, `[parts, width]`: `[parts, texts]`.
    func shares(ofRows parts: Tensor) -> Tensor { parts.matrixProduct(rows, transposingOther: true) }
}

extension Tensor {
    /// Of `[1, tokens, width]`: `[width]`.
    fileprivate var classToken: Tensor { element(0).element(0) }
}
