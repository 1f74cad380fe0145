import NeuralNetwork
import Tensors

/// Takes a configuration apart into the shapes that tell it.
struct ConfigurationDetector {
    let weights: any TensorSource
    let description: ModelDescription?

    func configuration() throws(SAMConfigurationError) -> SAMConfiguration {
        let encoder = "image_encoder"
        let decoder = "mask_decoder"
        let positions = try shape("\(encoder).pos_embed", rank: 4)
        let (grid, width) = (positions[1], positions[3])
        let depth = count("\(encoder).blocks", "norm1.weight")
        let headWidth = try shape("\(encoder).blocks.0.attn.rel_pos_h", rank: 2)[1]
        guard positions[2] == grid, headWidth > 0, width > 0, width % headWidth == 0 else {
            throw .impossible(fact: "positions of shape \(positions) and heads of \(headWidth) channels")
        }
        let embedding = try patchEmbedding("\(encoder).patch_embed")
        let attention = try windows("\(encoder).blocks", depth: depth, grid: grid)
        let promptWidth = try shape("\(encoder).neck.0.weight", rank: 4)[0]
        let layer = "\(decoder).transformer.layers"
        let inner = try shape("\(layer).0.cross_attn_token_to_image.q_proj.weight", rank: 2)[0]
        let decoderHeads = try describedInteger("decoder_heads") ?? 8
        guard decoderHeads > 0, inner % decoderHeads == 0, promptWidth % decoderHeads == 0, promptWidth % 8 == 0 else {
            throw .impossible(fact: "a decoder of \(promptWidth) and \(inner) channels with \(decoderHeads) heads")
        }
        let maskTokens = try shape("\(decoder).mask_tokens.weight", rank: 2)[0]
        let maskChannels = try shape("prompt_encoder.mask_downscaling.3.weight", rank: 4)[0]
        guard maskTokens > 1, maskChannels % 4 == 0 else {
            throw .impossible(fact: "\(maskTokens) mask tokens and mask prompts of \(maskChannels) channels")
        }
        let defaults = SAMConfiguration.vitB
        let deviation = try colours("std") ?? defaults.pixelDeviation
        guard deviation.allSatisfy({ $0 > 0 }) else { throw .impossible(fact: "colours that deviate by \(deviation)") }
        return SAMConfiguration(
            side: grid * embedding.patch, patchEmbedding: embedding, width: width, depth: depth,
            heads: width / headWidth,
            hiddenWidth: try shape("\(encoder).blocks.0.mlp.lin1.weight", rank: 2)[0],
            window: attention.window, globalBlocks: attention.globalBlocks, promptWidth: promptWidth,
            maskChannels: maskChannels,
            decoderDepth: count(layer, "norm1.weight"), decoderHeads: decoderHeads,
            decoderHiddenWidth: try shape("\(layer).0.mlp.lin1.weight", rank: 2)[0],
            decoderAttentionWidth: inner,
            maskTokens: maskTokens,
            qualityHiddenWidth: try shape("\(decoder).iou_prediction_head.layers.0.weight", rank: 2)[0],
            pixelMean: try colours("mean") ?? defaults.pixelMean,
            pixelDeviation: deviation)
    }

    // MARK: Parts

    private func patchEmbedding(_ path: String) throws(SAMConfigurationError) -> SAMConfiguration.PatchEmbedding {
        let stem = count("\(path).stem", "weight")
        guard stem > 0 else {
            return .projection(patch: try shape("\(path).proj.weight", rank: 4)[2])
        }
        guard stem <= 6 else { throw .impossible(fact: "a stem of \(stem) convolutions") }
        var channels: [Int] = []
        for index in 0..<stem {
            channels.append(try shape("\(path).stem.\(index).weight", rank: 4)[0])
        }
        return .stem(channels: channels)
    }

    /// A block attends over the whole grid when its table of relative rows is as long as the grid needs. The
    /// description decides where both are equally long.
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

    private func colours(_ name: String) throws(SAMConfigurationError) -> [Float]? {
        let values = try described { description throws(ModelDescriptionError) in try description.numbers(name) }
        guard let values else { return nil }
        guard values.count == 3 else { throw .impossible(fact: "\"\(name)\" with \(values.count) colours") }
        return values.map { Float($0) }
    }

    // MARK: Reading

    private func describedInteger(_ name: String) throws(SAMConfigurationError) -> Int? {
        try described { description throws(ModelDescriptionError) in try description.integer(name) }
    }

    private func described<Fact>(
        _ read: (ModelDescription) throws(ModelDescriptionError) -> Fact?
    ) throws(SAMConfigurationError) -> Fact? {
        guard let description else { return nil }
        do throws(ModelDescriptionError) {
            return try read(description)
        } catch {
            throw .unusableDescription(error)
        }
    }

    private func shape(_ name: String, rank: Int) throws(SAMConfigurationError) -> Shape {
        let found = weights.shape(of: name)
        guard let found, found.rank == rank, found.elementCount > 0 else {
            throw .notSAM(name: name, found: found)
        }
        return found
    }

    /// How many numbered elements have a tensor of this name.
    private func count(_ path: String, _ name: String) -> Int {
        var index = 0
        while weights.shape(of: "\(path).\(index).\(name)") != nil { index += 1 }
        return index
    }
}
