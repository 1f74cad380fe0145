import NeuralNetwork
import Tensors
public import WeightIdentity

extension CLIPModel {
    /// The fingerprint of everything that decides which vector a text gets.
    ///
    /// It covers the text tower's weights, its heads, norms and activation, the vocabulary and the context. The image tower has
    /// no part in it.
    ///
    /// **Complexity**: one pass over the text tower's weights, half a gigabyte for ViT-L; a tenth of a second or so.
    public var textFingerprint: WeightFingerprint {
        var tensors = textTower.tensors
        tensors["vocabulary.merges"] = { tokenizer.vocabulary.mergeTable }
        tensors["vocabulary.count"] = { Tensor(Float(tokenizer.vocabulary.count)) }
        tensors["context"] = { Tensor(Float(tokenizer.contextLength)) }
        return WeightFingerprint(of: tensors)
    }
}

extension TextTower {
    /// The weights by their names in a checkpoint, and the facts beside them that change the result.
    fileprivate var tensors: [String: () -> Tensor] {
        var tensors: [String: () -> Tensor] = [
            "token_embedding.weight": { tokenEmbedding.weight }, "positional_embedding": { positions },
            "ln_final.weight": { projection.norm.weight }, "ln_final.bias": { projection.norm.bias },
            "ln_final.epsilon": { Tensor(projection.norm.epsilon) }, "text_projection": { projection.matrix },
            "heads": { Tensor(Float(configuration.textHeads)) },
            // A tensor holds numbers, so the name carries the choice.
            "activation.\(configuration.activation.rawValue)": { Tensor(1) },
        ]
        for (index, block) in blocks.enumerated() {
            let path = "transformer.resblocks.\(index)"
            for (name, norm) in [("ln_1", block.attentionNorm), ("ln_2", block.feedForwardNorm)] {
                tensors["\(path).\(name).weight"] = { norm.weight }
                tensors["\(path).\(name).bias"] = { norm.bias }
                tensors["\(path).\(name).epsilon"] = { Tensor(norm.epsilon) }
            }
            for (name, linear) in [
                ("attn.in_proj", block.attention.projection), ("attn.out_proj", block.attention.output),
                ("mlp.c_fc", block.feedForward.first), ("mlp.c_proj", block.feedForward.second),
            ] {
                tensors["\(path).\(name).weight"] = { linear.weight.tensor }
                if let bias = linear.bias { tensors["\(path).\(name).bias"] = { bias } }
            }
        }
        return tensors
    }
}
