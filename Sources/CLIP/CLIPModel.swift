import NeuralNetwork
public import Tensors

/// Pictures and texts as vectors of one space.
///
/// Immutable: one model can be used from several tasks at once.
public struct CLIPModel: Sendable {
    /// The model's sizes and what its weights do not say.
    public internal(set) var configuration: CLIPConfiguration
    /// Texts to tokens, with the vocabulary of these weights.
    public let tokenizer: CLIPTokenizer
    /// The factor on cosines before a softmax over texts, about 100 in published models: the exponential of the
    /// checkpoint's `logit_scale`.
    public let logitScale: Float
    /// How the towers' blocks compute their affine maps. Attention, norms, the patch embedding and the projections into the
    /// common space are always computed in full precision.
    public let precision: Precision
    /// What was decided about the model beyond its shapes, and why; empty for a configuration that was given.
    public let decisions: [CLIPDecision]
    var imageTower: ImageTower
    let textTower: TextTower

    /// Texts that go through the text tower together. More cost memory and save no time.
    private static let textBatch = 64

    /// Opens weights as they are published: layout and configuration are found by names, shapes and the texts beside them.
    ///
    /// - Parameters:
    ///   - weights: of any ``CLIPLayout``; see ``DetectedCLIP`` for what is decided and how.
    ///   - merges: the bytes of the vocabulary that belongs to the weights: a merges file, `tokenizer.json` or
    ///     `vocab.json`, unpacked.
    ///   - activation: what to use whatever the files say.
    ///   - precision: how the towers' blocks compute their affine maps; see ``precision``.
    /// - Throws: ``CLIPLoadingError``; what is wrong with the weights comes all at once.
    public init(
        weights: some TensorSource, merges: some Sequence<UInt8>, activation: CLIPConfiguration.Activation? = nil,
        precision: Precision = .full
    ) throws(CLIPLoadingError) {
        try self.init(weights: weights, merges: merges, activation: activation, precision: precision, shelf: nil)
    }

    /// The same with packed weights that were kept.
    ///
    /// - Parameter shelf: where packed weights are looked for, and where others are noted.
    package init(
        weights: some TensorSource, merges: some Sequence<UInt8>, activation: CLIPConfiguration.Activation?,
        precision: Precision, shelf: (any PanelShelf)?
    ) throws(CLIPLoadingError) {
        let detected = try CLIPLoadingError.wrapping { () throws(CLIPConfigurationError) in
            try DetectedCLIP(weights, activation: activation)
        }
        let vocabulary = try CLIPLoadingError.wrapping { () throws(VocabularyError) in
            try Vocabulary(merges, count: detected.configuration.vocabularySize)
        }
        let tokenizer = CLIPTokenizer(vocabulary: vocabulary, contextLength: detected.configuration.contextLength)
        try self.init(
            detected.configuration, detected.weights, tokenizer, detected.decisions, precision, shelf: shelf)
    }

    /// A model of weights that were looked at before, so that decisions can be shown or changed first.
    ///
    /// - Parameters:
    ///   - detected: the weights and what was found out about them.
    ///   - tokenizer: from the merges that belong to the weights.
    ///   - precision: how the towers' blocks compute their affine maps.
    /// - Throws: ``CLIPLoadingError``: the weights with all differences at once, or another number of tokens.
    public init(_ detected: DetectedCLIP, tokenizer: CLIPTokenizer, precision: Precision = .full)
        throws(CLIPLoadingError)
    {
        try self.init(detected.configuration, detected.weights, tokenizer, detected.decisions, precision)
    }

    /// A model whose configuration is known.
    ///
    /// - Parameters:
    ///   - configuration: of these weights.
    ///   - weights: of any ``CLIPLayout``; every tensor must be there, of the configuration's shape, and none beside but
    ///     those that ``CLIPWeights/ignored`` lists.
    ///   - tokenizer: from the merges that belong to the weights.
    ///   - precision: how the towers' blocks compute their affine maps.
    /// - Throws: ``CLIPLoadingError``: a configuration that no model can have, weights with all differences at once, or
    ///   another number of tokens.
    public init(
        configuration: CLIPConfiguration, weights: some TensorSource, tokenizer: CLIPTokenizer,
        precision: Precision = .full
    ) throws(CLIPLoadingError) {
        let weights = try CLIPLoadingError.wrapping { () throws(CLIPConfigurationError) in
            try configuration.validate()
            return try CLIPWeights(weights)
        }
        try self.init(configuration, weights, tokenizer, [], precision)
    }

    private init(
        _ configuration: CLIPConfiguration, _ weights: CLIPWeights, _ tokenizer: CLIPTokenizer,
        _ decisions: [CLIPDecision], _ precision: Precision, shelf: (any PanelShelf)? = nil
    ) throws(CLIPLoadingError) {
        guard tokenizer.vocabulary.count == configuration.vocabularySize else {
            throw .model(
                .vocabularyMismatch(tokenizer: tokenizer.vocabulary.count, weights: configuration.vocabularySize))
        }
        let (image, text, scale) = try Self.towers(of: weights, configuration, precision, shelf: shelf)
        self.configuration = configuration
        self.tokenizer = tokenizer
        self.decisions = decisions
        self.precision = precision
        imageTower = image
        textTower = text
        logitScale = try CLIPLoadingError.wrapping { () throws(CLIPError) in try Self.logitScale(scale) }
    }

    /// The exponential of `logit_scale`, which weights that are finite can bring beyond what a number holds.
    static func logitScale(_ logarithm: Tensor) throws(CLIPError) -> Float {
        let scale = logarithm.exponential().values[0]
        guard scale.isFinite, scale > 0 else { throw .unusableScale(logarithm: logarithm.values[0]) }
        return scale
    }

    /// Pictures as vectors.
    ///
    /// - Parameter pixels: `[batch, 3, height, columns]`, prepared by `CLIPConfiguration.preparation`; both sides are
    ///   multiples of the patch. Other sizes than the trained one resample the position embeddings.
    /// - Returns: `[batch, embedding]`, not normalised.
    /// - Throws: `CLIPError.unusablePixels`, `.noDirection`.
    public func encodeImage(_ pixels: Tensor) throws(CLIPError) -> Tensor {
        try check(pixels.shape)
        return try imageTower(pixels, CancellableSteps(throwing: CLIPError.cancelled)).withDirections(of: .image)
    }

    /// Texts as vectors.
    ///
    /// - Parameters:
    ///   - texts: any number.
    ///   - truncate: cut texts that are too long, instead of refusing them.
    /// - Returns: `[texts, embedding]`, not normalised.
    /// - Throws: `CLIPError.unusableText` for the first text that does not fit, unless `truncate` is set; `.noDirection`.
    public func encodeText(_ texts: [String], truncate: Bool = false) throws(CLIPError) -> Tensor {
        let tokens = try texts.map { text throws(CLIPError) in try self.tokens(for: text, truncate: truncate) }
        return try encode(tokens: tokens).withDirections(of: .text)
    }

    /// The tokens of a text, or why it has none that fit.
    func tokens(for text: String, truncate: Bool) throws(CLIPError) -> [Int] {
        do throws(TokenizerError) {
            return try tokenizer.tokens(for: text, truncate: truncate)
        } catch {
            throw .unusableText(error)
        }
    }

    /// Texts that are tokens already, each from start to end.
    ///
    /// - Returns: `[texts, embedding]`, not normalised.
    /// - Throws: `CLIPError.unusableTokens` for the first text that is empty or too long, or holds what is no token.
    public func encode(tokens: [[Int]]) throws(CLIPError) -> Tensor {
        let (length, vocabulary) = (configuration.contextLength, configuration.vocabularySize)
        for (index, text) in tokens.enumerated() {
            guard (1...length).contains(text.count), text.allSatisfy({ (0..<vocabulary).contains($0) }) else {
                throw .unusableTokens(
                    text: index, count: text.count, contextLength: length, vocabulary: vocabulary)
            }
        }
        guard !tokens.isEmpty else { return Tensor(zeros: [0, configuration.embedding]) }
        let steps = CancellableSteps(throwing: CLIPError.cancelled)
        if tokens.count <= Self.textBatch { return try textTower(tokens, steps) }
        // A batch is as long as its longest text, so texts of about the same length go together. The vector of a text is the
        // same in any company.
        let order = tokens.indices.sorted { (tokens[$0].count, $0) < (tokens[$1].count, $1) }
        var parts: [Tensor] = []
        for start in stride(from: 0, to: order.count, by: Self.textBatch) {
            parts.append(
                try textTower(order[start..<min(start + Self.textBatch, order.count)].map { tokens[$0] }, steps))
        }
        var places = [Int](repeating: 0, count: order.count)
        for (place, text) in order.enumerated() { places[text] = place }
        return Tensor.concatenated(parts, axis: 0).gathered(rows: places)
    }

    /// The patches of one picture after chosen blocks.
    ///
    /// - Parameters:
    ///   - pixels: `[1, 3, height, columns]`, as for `encodeImage`.
    ///   - layers: blocks, counted from 1.
    ///   - attention: how patches attend to each other.
    /// - Throws: `CLIPError.noSuchBlock`, `.unusablePixels`, `.noDirection` of the picture as a whole.
    public func denseFeatures(
        _ pixels: Tensor, layers: [Int], attention: DenseAttention = .ordinary
    ) throws(CLIPError) -> DenseFeatures {
        try check(pixels.shape)
        guard pixels.shape[0] == 1 else {
            throw .unusablePixels(dimensions: pixels.shape.dimensions, patch: configuration.patch)
        }
        var asked = layers
        if case .valueValue(let firstBlock) = attention { asked.append(firstBlock) }
        for block in asked where !(1...configuration.visionLayers).contains(block) {
            throw .noSuchBlock(block, blocks: configuration.visionLayers)
        }
        let features = try imageTower.denseFeatures(
            pixels, layers: layers, attention: attention, CancellableSteps(throwing: CLIPError.cancelled))
        _ = try features.classToken.expanded(axis: 0).withDirections(of: .image)
        return features
    }

    /// How likely each text is for each picture, given that one of the texts is right.
    ///
    /// `softmax(logitScale * cosine)` over the texts.
    ///
    /// - Parameters:
    ///   - images: `[batch, embedding]`, from `encodeImage`.
    ///   - texts: `[texts, embedding]`, from `encodeText`.
    /// - Returns: `[batch, texts]`, rows summing to 1.
    /// - Throws: `CLIPError.unusableVectors` for vectors of another width.
    public func zeroShotProbabilities(images: Tensor, texts: Tensor) throws(CLIPError) -> Tensor {
        for (name, vectors) in [("images", images), ("texts", texts)] {
            try vectors.requireVectors(name, width: configuration.embedding)
        }
        return (images.l2Normalized().matrixProduct(texts.l2Normalized(), transposingOther: true) * logitScale)
            .softmax()
    }

    package func check(_ pixels: Shape) throws(CLIPError) {
        let dimensions = pixels.dimensions
        guard dimensions.count == 4, dimensions[0] > 0, dimensions[1] == 3,
            dimensions[2...].allSatisfy({ $0 > 0 && $0 % configuration.patch == 0 })
        else { throw .unusablePixels(dimensions: dimensions, patch: configuration.patch) }
    }
}

extension Tensor {
    /// That these are vectors to compare, `[rows, width]`.
    func requireVectors(_ name: String, width: Int) throws(CLIPError) {
        guard shape.rank == 2, shape[1] == width else {
            throw .unusableVectors(name: name, dimensions: shape.dimensions, width: width)
        }
    }

    /// Vectors, `[rows, embedding]`, if each has a length that it can be divided by.
    ///
    /// - Parameter allowsZero: whether vectors of zeros pass, which an edit may have made on purpose.
    func withDirections(of tower: CLIPError.Tower, allowsZero: Bool = false) throws(CLIPError) -> Tensor {
        let squares = (self * self).sum().values
        guard squares.allSatisfy({ $0.isFinite && ($0 > 0 || allowsZero) }) else { throw .noDirection(tower) }
        return self
    }
}
