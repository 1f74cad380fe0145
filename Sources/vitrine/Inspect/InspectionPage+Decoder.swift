import AnomalySegmentation
import Introspection
import SegmentAnything
import Tensors
import WebPages

extension InspectionPage {
    /// What SAM's decoder did in one stage of a group: it is asked again, and looked into.
    struct DecoderStage: Encodable {
        /// The attentions from tokens to the picture, by name.
        var layers: [String]
        var tokens: [PromptAttention.Token]
        /// `[layers, tokens, rows, columns]`, the mean of the heads, over the picture; nil where it is too large.
        var attention: Attention?
        /// What the mask is without each part of the prompt.
        var effects: PromptEffects
        /// What the stage did to the mask.
        var change: StageEffects.Stage
    }

    /// What the attentions of all stages may take of the page in bytes, before they are text.
    private static let decoderLimit = 2 << 20

    /// Asks SAM's decoder again in each stage of each group, observed, and without each part of the prompt.
    ///
    /// - Returns: for each group its stages.
    /// - Throws: `IntrospectionError`.
    mutating func decoderStages(
        of result: AnomalyResult, _ embedding: ImageEmbedding, _ sam: SAMModel
    ) throws(IntrospectionError) -> [[DecoderStage]] {
        var room = Self.decoderLimit
        var found: [[DecoderStage]] = []
        for trace in result.cascades {
            var stages: [DecoderStage] = []
            for change in StageEffects(of: trace, frame: embedding.frame).stages {
                guard let prompt = trace.prompt(ofStage: change.stage) else { continue }
                let looks = try PromptAttention(of: prompt, on: embedding, in: sam)
                let maps = looks.maps(over: embedding.frame)
                room -= maps.count
                stages.append(
                    DecoderStage(
                        layers: looks.layers.map(\.name), tokens: looks.tokens,
                        attention: room < 0 ? nil : Attention(maps: maps),
                        effects: try PromptEffects(of: prompt, on: embedding, in: sam), change: change))
            }
            found.append(stages)
        }
        if room < 0 { notes.append("The decoder's attentions of the last groups were too large for this page.") }
        return found
    }
}

extension PromptAttention {
    /// Where each token looks on the picture, the mean of the heads: `[layers, tokens, rows, columns]`.
    fileprivate func maps(over frame: ModelFrame) -> Tensor {
        let maps = layers.indices.map { layer in
            Tensor.stacked(tokens.compactMap { map(of: $0, layer: layer, frame: frame) })
        }
        return .stacked(maps)
    }
}
