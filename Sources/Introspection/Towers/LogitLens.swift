public import CLIP
public import NeuralNetwork
public import Tensors

/// What CLIP's image tower would say at each depth, if it ended there: the class token and the patches of each block,
/// brought through `ln_post` and `proj`, against texts.
///
/// Only the class token behind the last block was trained to be compared with texts. What patches and earlier blocks say is
/// how far the tower has come on its way, not an answer of the model.
///
/// **Source:** nostalgebraist, interpreting GPT: the logit lens, 2020, for an image tower.
public struct LogitLens: Sendable {
    /// How the patches lie.
    public let grid: PatchGrid
    /// `[stages, tokens, texts]`, -1...1. Stage 0 is what enters the first block (`ln_pre`); stage N stands behind the N-th
    /// block. Token 0 is the class token; the patches follow row by row.
    public let similarities: Tensor
    /// The factor on cosines before a softmax over texts.
    public let logitScale: Float

    /// Looks at one picture.
    ///
    /// - Parameters:
    ///   - pixels: `[1, 3, height, columns]`, prepared as for `CLIPModel.encodeImage`.
    ///   - clip: the model.
    ///   - texts: `[texts, embedding]`, from `CLIPModel.encodeText`; of any length.
    ///   - editing: what is replaced on the way.
    /// - Throws: ``IntrospectionError``.
    public init(
        of pixels: Tensor, in clip: CLIPModel, texts: Tensor, editing: [String: ActivationEdit] = [:]
    ) throws(IntrospectionError) {
        let (grid, directions) = (try PatchGrid(of: pixels, in: clip), try clip.directions(texts))
        let names = ["visual.ln_pre"] + (0..<clip.configuration.visionLayers).map(CLIPModel.imageBlock)
        let seen = try clip.seen(pixels, names, editing)
        var stages: [Tensor] = []
        for name in names {
            let vectors = clip.projected(try seen.handed(name).element(0)).l2Normalized(epsilon: 1e-12)
            stages.append(vectors.matrixProduct(directions, transposingOther: true))
        }
        self.grid = grid
        similarities = .stacked(stages)
        logitScale = clip.logitScale
    }

    /// How many stages there are: one more than blocks.
    public var stages: Int { similarities.shape[0] }

    /// How likely each text is for each token at each stage, if one of the texts is right: `[stages, tokens, texts]`,
    /// `softmax(logitScale * cosine)`.
    public var probabilities: Tensor { (similarities * logitScale).softmax() }

    /// The class token's part of ``similarities`` or ``probabilities``: `[stages, texts]`.
    ///
    /// - Throws: ``IntrospectionError/unexpectedShape(found:expected:)`` for other values.
    public func classToken(of values: Tensor) throws(IntrospectionError) -> Tensor {
        try check(values)
        return values.sliced(axis: 1, 0..<1).squeezed(axis: 1)
    }

    private func check(_ values: Tensor) throws(IntrospectionError) {
        guard values.shape == similarities.shape else {
            throw .unexpectedShape(
                found: values.shape, expected: "similarities or probabilities, \(similarities.shape)")
        }
    }

    /// The patches' part of ``similarities`` or ``probabilities`` for one text, as they lie in the picture: `[rows, columns]`.
    ///
    /// - Parameters:
    ///   - values: one of the two.
    ///   - stage: 0 before the first block.
    ///   - text: counted from 0.
    /// - Throws: ``IntrospectionError/noSuch(kind:index:last:)``, ``IntrospectionError/unexpectedShape(found:expected:)``.
    public func map(of values: Tensor, stage: Int, text: Int) throws(IntrospectionError) -> Tensor {
        try check(values)
        try IntrospectionError.check(stage, .stage, below: stages)
        try IntrospectionError.check(text, .text, below: similarities.shape[2])
        return values.element(stage).sliced(axis: 1, text..<text + 1).slice(1..<grid.patches + 1)
            .reshaped(to: [grid.rows, grid.columns])
    }
}
