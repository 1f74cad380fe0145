public import NeuralNetwork
public import SegmentAnything
public import Tensors

/// Where the tokens of SAM's mask decoder look in the picture, layer by layer.
public struct PromptAttention: Sendable {
    /// What a token stands for.
    public enum Token: Hashable, Codable, Sendable {
        /// It becomes the predicted IoU.
        case iou
        /// It becomes a mask: 0 the single one, 1 to 3 those of an unclear prompt.
        case mask(Int)
        /// A point of the prompt, from 0.
        case point(Int)
        /// A corner of the prompt's box: 0 the top left one, 1 the bottom right one.
        case corner(Int)
        /// Follows the points where there is no box.
        case padding
    }

    /// One attention from tokens to the picture.
    public struct Layer: Sendable {
        /// The attention's name, without the suffix.
        public let name: String
        /// `[heads, tokens, rows, columns]` over the model's whole square; the weights of a token sum to 1.
        public let weights: Tensor
    }

    /// In the order of the decoder's tokens.
    public let tokens: [Token]
    /// In the order of the computation: one for each layer of the transformer, and the last one behind them.
    public let layers: [Layer]

    /// Looks at one prompt.
    ///
    /// - Parameters:
    ///   - prompt: with a meaning on the picture.
    ///   - embedding: of the picture.
    ///   - sam: the model of the embedding.
    ///   - editing: what is replaced on the way, as for `SAMModel.predict(_:_:masks:observing:editing:)`.
    /// - Throws: ``IntrospectionError/prompt(_:)``.
    public init(
        of prompt: Prompt, on embedding: ImageEmbedding, in sam: SAMModel, editing: [String: ActivationEdit] = [:]
    ) throws(IntrospectionError) {
        let suffix = "token_to_image.weights"
        let names = sam.promptActivations(for: [prompt]).map(\.name).filter { $0.hasSuffix(suffix) }
        let seen: Observed<[MaskPrediction]>
        do throws(PromptError) {
            seen = try sam.predict(embedding, [prompt], observing: names, editing: editing)
        } catch {
            throw .prompt(error)
        }
        let (rows, columns) = (embedding.features.shape[1], embedding.features.shape[2])
        var layers: [Layer] = []
        for name in names {
            let weights = try seen.handed(name).element(0)
            layers.append(
                Layer(
                    name: String(name.dropLast(".weights".count)),
                    weights: weights.reshaped(to: [weights.shape[0], weights.shape[1], rows, columns])))
        }
        self.layers = layers
        let points = prompt.points.indices.map { Token.point($0) }
        let ends: [Token] = prompt.box != nil ? [.corner(0), .corner(1)] : points.isEmpty ? [] : [.padding]
        tokens = [.iou] + (0..<sam.configuration.maskTokens).map { .mask($0) } + points + ends
    }

    /// Where a token looks in the part of the square that the picture fills, the mean of all heads: `[rows, columns]`.
    ///
    /// - Parameters:
    ///   - token: one of ``tokens``.
    ///   - layer: counted from 0.
    ///   - frame: of the picture.
    /// - Returns: nil where there is no such token or layer, or the frame is that of another model.
    public func map(of token: Token, layer: Int, frame: ModelFrame) -> Tensor? {
        guard let index = tokens.firstIndex(of: token), layers.indices.contains(layer) else { return nil }
        let mean = layers[layer].weights.mean(axis: 0).element(index)
        guard frame.validRows <= mean.shape[0], frame.validColumns <= mean.shape[1] else { return nil }
        return mean.sliced(axis: 0, 0..<frame.validRows).sliced(axis: 1, 0..<frame.validColumns)
    }
}
