import NeuralNetwork
import Tensors
public import WeightIdentity

extension CLIPModel {
    /// The fingerprint of everything that decides which vector a text gets.
    ///
    /// It covers the text tower's weights and their precision, its heads, norms and activation, the vocabulary and the
    /// context. The image tower has no part in it.
    ///
    /// **Complexity**: one pass over the text tower's weights, half a gigabyte for ViT-L; a tenth of a second or so.
    public var textFingerprint: WeightFingerprint {
        var facts = textTower.facts
        facts["vocabulary.merges"] = { tokenizer.vocabulary.mergeTable }
        facts.add("vocabulary.count", Float(tokenizer.vocabulary.count))
        facts.add("context", Float(tokenizer.contextLength))
        return WeightFingerprint(of: facts)
    }
}

extension TextTower {
    fileprivate var facts: TowerFacts {
        var facts: TowerFacts = [
            "token_embedding.weight": { tokenEmbedding.weight }, "positional_embedding": { positions },
            "text_projection": { projection.matrix },
        ]
        facts.add("ln_final", projection.norm)
        facts.add("heads", Float(configuration.textHeads))
        facts.add(choice: "activation", configuration.activation.rawValue)
        facts.add("transformer.resblocks", blocks)
        return facts
    }
}
