package import Tensors

extension Trunk {
    /// What decides the trunk's result, by the names in a checkpoint from the trunk on: its weights, its strides and taps.
    /// Each is made when it is asked for.
    package var facts: [String: () -> Tensor] {
        var facts: [String: () -> Tensor] = [
            "stem.weight": { stem.weight.tensor }, "stem.bias": { stem.bias },
            "strides": { Tensor(blocks.map { Float($0.depthwise.stride) }, shape: [blocks.count]) },
            "taps": { Tensor(laterals.map { Float($0.tap) }, shape: [laterals.count]) },
            "patch": { Tensor(Float(patch)) },
        ]
        func add(_ name: String, _ linear: Linear?) {
            guard let linear else { return }
            facts["\(name).weight"] = { linear.weight.tensor }
            if let bias = linear.bias { facts["\(name).bias"] = { bias } }
        }
        for (index, block) in blocks.enumerated() {
            let name = "blocks.\(index)"
            add("\(name).expand", block.expand)
            facts["\(name).depthwise.weight"] = { block.depthwise.weight }
            facts["\(name).depthwise.bias"] = { block.depthwise.bias }
            add("\(name).project", block.project)
        }
        for (index, lateral) in laterals.enumerated() { add("laterals.\(index)", lateral.linear) }
        return facts
    }
}
