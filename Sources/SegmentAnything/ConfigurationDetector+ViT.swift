import NeuralNetwork
import Tensors
import WeightIdentity

extension ConfigurationDetector {
    func vit(_ path: String) throws(SAMConfigurationError) -> (side: Int, encoder: SAMConfiguration.ImageEncoder) {
        let positions = try shape("\(path).pos_embed", rank: 4)
        let (grid, width) = (positions[1], positions[3])
        let depth = count("\(path).blocks", "norm1.weight")
        let headWidth = try shape("\(path).blocks.0.attn.rel_pos_h", rank: 2)[1]
        guard positions[2] == grid, headWidth > 0, width > 0, width % headWidth == 0 else {
            throw .impossible(fact: "positions of shape \(positions) and heads of \(headWidth) channels")
        }
        let patch = try shape("\(path).patch_embed.proj.weight", rank: 4)[2]
        let attention = try windows("\(path).blocks", depth: depth, grid: grid)
        var configuration = ViTConfiguration(
            width: width, depth: depth, heads: width / headWidth, globalBlocks: attention.globalBlocks)
        configuration.patch = patch
        configuration.trainedGrid = grid
        configuration.hiddenWidth = try shape("\(path).blocks.0.mlp.lin1.weight", rank: 2)[0]
        configuration.window = attention.window
        return (grid * patch, .vit(configuration))
    }

    /// A table of relative positions has a row for each distance, so its length tells whether a block attends over the whole
    /// grid or within windows. Where a window is as large as the grid, only the description tells.
    private func windows(
        _ path: String, depth: Int, grid: Int
    ) throws(SAMConfigurationError) -> (window: Int, globalBlocks: [Int]) {
        var window = grid
        var globalBlocks: [Int] = []
        for block in 0..<depth {
            let distances = try shape("\(path).\(block).attn.rel_pos_h", rank: 2)[0]
            if distances == 2 * grid - 1 {
                globalBlocks.append(block)
            } else {
                window = (distances + 1) / 2
            }
        }
        window = try describedInteger("window") ?? window
        guard window > 0 else { throw .impossible(fact: "attention windows without a token") }
        let describedBlocks = try described { description throws(ModelDescriptionError) in
            try description.integers("global_blocks")
        }
        return (window, describedBlocks ?? globalBlocks)
    }
}
