import NeuralNetwork
import Tensors
public import WeightIdentity

extension CLIPModel {
    /// The fingerprint of everything that decides which features a picture of a given size gets, but for the rule by which
    /// position embeddings are brought to other grids: one set of weights is used with several.
    ///
    /// It covers the image tower's weights and their precision, its heads, norms and activation, and how pixels become its
    /// input. The text tower has no part in it.
    ///
    /// **Complexity**: one pass over the image tower's weights, more than a gigabyte for ViT-L.
    public var imageFingerprint: WeightFingerprint {
        var facts = imageTower.facts
        facts["mean"] = { Tensor(configuration.mean, shape: [configuration.mean.count]) }
        facts["std"] = {
            Tensor(configuration.standardDeviation, shape: [configuration.standardDeviation.count])
        }
        return WeightFingerprint(of: facts)
    }
}

extension ImageTower {
    fileprivate var facts: TowerFacts {
        var facts: TowerFacts = [
            "class_embedding": { classEmbedding }, "positional_embedding": { positions.table },
            "proj": { projection.matrix },
        ]
        switch patchEmbedding {
        case .patches(let convolution): facts.add("conv1", convolution)
        case .trunk(let trunk):
            for (name, fact) in trunk.facts { facts["trunk.\(name)"] = fact }
        }
        facts.add("ln_pre", firstNorm)
        facts.add("ln_post", projection.norm)
        facts.add("heads", Float(configuration.visionHeads))
        facts.add(choice: "activation", configuration.activation.rawValue)
        facts.add("transformer.resblocks", blocks)
        return facts
    }
}
