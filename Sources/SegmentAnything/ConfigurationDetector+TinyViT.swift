import NeuralNetwork
import Tensors

extension ConfigurationDetector {
    /// The input's side is in no shape: 1024 as published, unless the description says otherwise (`image_size`).
    func tinyViT(_ path: String) throws(SAMConfigurationError) -> (side: Int, encoder: SAMConfiguration.ImageEncoder) {
        var widths = [try shape("\(path).patch_embed.seq.2.c.weight", rank: 4)[0]]
        var depths = [count("\(path).layers.0.blocks", "conv1.c.weight")]
        var heads: [Int] = []
        var windows: [Int] = []
        var hiddenWidths: [Int] = []
        let expanded = try shape("\(path).layers.0.blocks.0.conv1.c.weight", rank: 4)[0]
        let merges = count("\(path).layers", "downsample.conv1.c.weight")
        guard (1...6).contains(merges), widths[0] % 2 == 0 else {
            throw .impossible(fact: "a TinyViT of \(merges + 1) stages that starts with \(widths[0]) channels")
        }
        for stage in 1...merges {
            let width = try shape("\(path).layers.\(stage - 1).downsample.conv1.c.weight", rank: 4)[0]
            let block = "\(path).layers.\(stage).blocks"
            let biases = try shape("\(block).0.attn.attention_biases", rank: 2)
            // Windows of published models have at most 32 pixels a side; a table of all pairs grows with its fourth power.
            let window = (1...32).first { $0 * $0 == biases[1] }
            guard let window, width % biases[0] == 0 else {
                throw .impossible(fact: "a stage of \(width) channels with attention terms of shape \(biases)")
            }
            widths.append(width)
            depths.append(count(block, "attn.attention_biases"))
            heads.append(biases[0])
            windows.append(window)
            hiddenWidths.append(try shape("\(block).0.mlp.fc1.weight", rank: 2)[0])
        }
        let configuration = TinyViTConfiguration(
            widths: widths, depths: depths, heads: heads, windows: windows, expandedWidth: expanded,
            hiddenWidths: hiddenWidths)
        let side = try describedInteger("image_size") ?? 1024
        guard (1...4096).contains(side), side % configuration.patch == 0 else {
            throw .impossible(fact: "an input of \(side) pixels a side in patches of \(configuration.patch)")
        }
        return (side, .tinyViT(configuration))
    }
}
