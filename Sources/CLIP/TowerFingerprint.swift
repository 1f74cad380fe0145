import NeuralNetwork
import Tensors

/// What decides a tower's result, by the names in a checkpoint: weights, and the facts beside them. Each is made when it is
/// needed, so unpacked weights are never in memory all together.
typealias TowerFacts = [String: () -> Tensor]

extension TowerFacts {
    /// A number beside the weights.
    mutating func add(_ name: String, _ number: Float) { self[name] = { Tensor(number) } }

    /// A tensor holds numbers, so the name carries the choice.
    mutating func add(choice name: String, _ choice: String) { self["\(name).\(choice)"] = { Tensor(1) } }

    mutating func add(_ name: String, _ norm: LayerNorm) {
        self["\(name).weight"] = { norm.weight }
        self["\(name).bias"] = { norm.bias }
        add("\(name).epsilon", norm.epsilon)
    }

    mutating func add(_ name: String, _ convolution: Convolution2D) {
        self["\(name).weight"] = { convolution.weight }
        if let bias = convolution.bias { self["\(name).bias"] = { bias } }
    }

    mutating func add(_ name: String, _ linear: Linear) {
        self["\(name).weight"] = { linear.weight.tensor }
        if linear.weight.precision != .full { add(choice: "\(name).precision", linear.weight.precision.rawValue) }
        if let bias = linear.bias { self["\(name).bias"] = { bias } }
    }

    /// The blocks of a tower, under `<name>.<n>`.
    mutating func add(_ name: String, _ blocks: [TransformerBlock]) {
        for (index, block) in blocks.enumerated() {
            let path = "\(name).\(index)"
            add("\(path).ln_1", block.attentionNorm)
            add("\(path).ln_2", block.feedForwardNorm)
            add("\(path).attn.in_proj", block.attention.projection)
            add("\(path).attn.out_proj", block.attention.output)
            add("\(path).mlp.c_fc", block.feedForward.first)
            add("\(path).mlp.c_proj", block.feedForward.second)
        }
    }
}
