import NeuralNetwork
import Tensors
import WeightIdentity

/// Finds a configuration by the shapes of the weights and the description beside them.
struct ConfigurationDetector {
    let weights: any TensorSource
    let description: ModelDescription?

    func configuration() throws(SAMConfigurationError) -> SAMConfiguration {
        let decoder = "mask_decoder"
        let (side, encoder) = try imageEncoder("image_encoder")
        let promptWidth = try shape("image_encoder.neck.0.weight", rank: 4)[0]
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
        var configuration = SAMConfiguration(imageEncoder: encoder)
        configuration.side = side
        configuration.promptWidth = promptWidth
        configuration.maskChannels = maskChannels
        configuration.decoderDepth = count(layer, "norm1.weight")
        configuration.decoderHeads = decoderHeads
        configuration.decoderHiddenWidth = try shape("\(layer).0.mlp.lin1.weight", rank: 2)[0]
        configuration.decoderAttentionWidth = inner
        configuration.maskTokens = maskTokens
        configuration.iouHeadHiddenWidth = try shape("\(decoder).iou_prediction_head.layers.0.weight", rank: 2)[0]
        if let mean = try colours("mean") { configuration.pixelMean = mean }
        // `std` is the name in the published description.
        if let deviation = try colours("std") {
            guard deviation.allSatisfy({ $0 > 0 }) else {
                throw .impossible(fact: "colours that deviate by \(deviation)")
            }
            configuration.pixelStandardDeviation = deviation
        }
        return configuration
    }

    private func imageEncoder(
        _ path: String
    ) throws(SAMConfigurationError) -> (side: Int, encoder: SAMConfiguration.ImageEncoder) {
        guard weights.shape(of: "\(path).patch_embed.seq.0.c.weight") == nil else { return try tinyViT(path) }
        return try vit(path)
    }

    private func colours(_ name: String) throws(SAMConfigurationError) -> [Float]? {
        let values = try described { description throws(ModelDescriptionError) in try description.numbers(name) }
        guard let values else { return nil }
        guard values.count == 3 else { throw .impossible(fact: "\"\(name)\" with \(values.count) colours") }
        return values.map { Float($0) }
    }

    // MARK: Reading

    func describedInteger(_ name: String) throws(SAMConfigurationError) -> Int? {
        try described { description throws(ModelDescriptionError) in try description.integer(name) }
    }

    func described<Fact>(
        _ read: (ModelDescription) throws(ModelDescriptionError) -> Fact?
    ) throws(SAMConfigurationError) -> Fact? {
        guard let description else { return nil }
        do throws(ModelDescriptionError) {
            return try read(description)
        } catch {
            throw .unusableDescription(error)
        }
    }

    func shape(_ name: String, rank: Int) throws(SAMConfigurationError) -> Shape {
        let found = weights.shape(of: name)
        guard let found, found.rank == rank, found.elementCount > 0 else {
            throw .notSAM(name: name, found: found)
        }
        return found
    }

    /// How many numbered elements have a tensor of this name.
    func count(_ path: String, _ name: String) -> Int {
        var index = 0
        while weights.shape(of: "\(path).\(index).\(name)") != nil { index += 1 }
        return index
    }
}
