import CLIP
import NeuralNetwork
import Tensors

/// Prompts that were learnt as vectors: for the normal and the abnormal object a few tokens that are no words, and
/// tokens that replace others inside of the text tower.
///
/// Keys, under `prompt_learner` or alone: `ctx_pos`, `ctx_neg` [1, 1, learnt, width], `token_prefix_<state>` [1, 1, 1, width],
/// `token_suffix_<state>` [1, 1, context - 1 - learnt, width], `tokenized_prompts_<state>` [1, 1, context], and
/// `compound_prompts_text.<i>` [deep, width]. `compound_prompt_projections` may stand there and is not used. Matches
/// `AnomalyCLIP_PromptLearner`, as its training saves it. The object has no name in them.
struct LearntPrompts: Sendable {
    /// The tokens of one state before positions are added.
    struct Text: Sendable {
        /// `[context, width]`.
        let vectors: Tensor
        /// The place of the end token.
        let end: Int
    }

    let normal, abnormal: Text
    /// `[deep, width]` each, for the blocks from the second on.
    let deepPrompts: [Tensor]

    private static let module = "prompt_learner"

    /// - Throws: `WeightError` with all that is missing, misshapen or left over for this CLIP.
    init(_ weights: some TensorSource, for clip: CLIPConfiguration) throws(WeightError) {
        let isModule = weights.names.contains { $0.hasPrefix("\(Self.module).") }
        let prefix = isModule ? "\(Self.module)." : ""
        let unused = "\(prefix)compound_prompt_projections."
        (normal, abnormal, deepPrompts) = try WeightScope.load(
            from: weights, ignoring: { $0.hasPrefix(unused) }
        ) { root throws(WeightError) in
            let scope = isModule ? root.child(Self.module) : root
            let learnt = Self.learntCount(weights.shape(of: "\(prefix)ctx_pos"), clip)
            let deep = scope.child("compound_prompts_text")
            var depth = 0
            while depth < clip.textLayers - 1, deep.contains("\(depth)") { depth += 1 }
            let prompts = Self.deepCount(weights.shape(of: "\(prefix)compound_prompts_text.0"))
            return (
                try Self.text(scope, "pos", learnt: learnt, clip), try Self.text(scope, "neg", learnt: learnt, clip),
                (0..<depth).map { Self.halved(deep.tensor("\($0)", shape: [prompts, clip.textWidth])) }
            )
        }
    }

    /// The two directions, in the place of ``PromptEnsemble``'s.
    ///
    /// - Throws: ``AnomalySegmentationError/unusableMapWeights(_:)`` for another CLIP than they were read for,
    ///   ``AnomalySegmentationError/unusableTextVector(state:)`` for vectors without direction.
    func vectors(by clip: CLIPModel) throws(AnomalySegmentationError) -> TextVectors {
        func vector(_ text: Text, _ state: PromptTable.State) throws(AnomalySegmentationError) -> Tensor {
            let encoded: Tensor
            do throws(CLIPError) {
                encoded = try clip.encodeText(
                    vectors: text.vectors.expanded(axis: 0), ends: [text.end], deepPrompts: deepPrompts)
            } catch {
                throw .unusableMapWeights(
                    WeightError([.unreadable(name: "prompt_learner.ctx_pos", reason: "\(error)")]))
            }
            guard let unit = PromptEnsemble.mean(of: encoded, rule: .rawMean) else {
                throw .unusableTextVector(state: state)
            }
            return unit
        }
        return try TextVectors(normal: vector(normal, .normal), abnormal: vector(abnormal, .abnormal))
    }

    private static func text(
        _ scope: WeightScope, _ state: String, learnt: Int, _ clip: CLIPConfiguration
    ) throws(WeightError) -> Text {
        let (context, width) = (clip.contextLength, clip.textWidth)
        let parts = [
            scope.tensor("token_prefix_\(state)", shape: [1, 1, 1, width]),
            scope.tensor("ctx_\(state)", shape: [1, 1, learnt, width]),
            scope.tensor("token_suffix_\(state)", shape: [1, 1, context - 1 - learnt, width]),
        ]
        let tokens = scope.tensor("tokenized_prompts_\(state)", shape: [1, 1, context])
        // The end token is the largest of all, and the text is read off at its first place.
        return Text(
            vectors: Tensor.concatenated(parts, axis: 2).reshaped(to: [context, width]),
            end: tokens.reshaped(to: [1, context]).argmax()[0])
    }

    /// How many learnt tokens the file has; where it does not say so in a usable way, the published number.
    private static func learntCount(_ shape: Shape?, _ clip: CLIPConfiguration) -> Int {
        let usable = 1...max(1, clip.contextLength - 2)
        guard let shape, shape.rank == 4, usable.contains(shape[2]) else { return min(12, usable.upperBound) }
        return shape[2]
    }

    /// How many tokens are replaced inside of the tower; where the file does not say so in a usable way, the published
    /// number.
    private static func deepCount(_ shape: Shape?) -> Int {
        guard let shape, shape.rank == 2, shape[0] > 0 else { return 4 }
        return shape[0]
    }

    /// The published code lets these pass through half precision, in training as well.
    private static func halved(_ tensor: Tensor) -> Tensor {
        Tensor(tensor.values.map { Float(Float16($0)) }, shape: tensor.shape)
    }
}
