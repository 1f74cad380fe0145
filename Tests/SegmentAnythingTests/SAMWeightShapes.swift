import SegmentAnything
import Tensors

/// Every weight of a SAM by the reference's name, with its shape.
func samWeightShapes(_ configuration: SAMConfiguration) -> [(name: String, shape: Shape)] {
    imageEncoderShapes(configuration) + promptEncoderShapes(configuration) + maskDecoderShapes(configuration)
}

private typealias Shapes = [(name: String, shape: Shape)]

private func linear(_ name: String, _ input: Int, _ output: Int) -> Shapes {
    [("\(name).weight", [output, input]), ("\(name).bias", [output])]
}

private func norm(_ name: String, _ width: Int) -> Shapes {
    [("\(name).weight", [width]), ("\(name).bias", [width])]
}

private func convolution(_ name: String, _ input: Int, _ output: Int, _ kernel: Int) -> Shapes {
    [("\(name).weight", [output, input, kernel, kernel]), ("\(name).bias", [output])]
}

private func imageEncoderShapes(_ configuration: SAMConfiguration) -> Shapes {
    switch configuration.imageEncoder {
    case .vit(let vit): vitShapes(vit) + neckShapes(vit.width, configuration.promptWidth)
    case .tinyViT(let tinyViT): tinyViTShapes(tinyViT) + neckShapes(tinyViT.widths.last ?? 0, configuration.promptWidth)
    }
}

private func neckShapes(_ width: Int, _ prompt: Int) -> Shapes {
    [("image_encoder.neck.0.weight", [prompt, width, 1, 1])] + norm("image_encoder.neck.1", prompt)
        + [("image_encoder.neck.2.weight", [prompt, prompt, 3, 3])] + norm("image_encoder.neck.3", prompt)
}

private func vitShapes(_ configuration: ViTConfiguration) -> Shapes {
    let (width, grid) = (configuration.width, configuration.trainedGrid)
    var shapes: Shapes = [("image_encoder.pos_embed", [1, grid, grid, width])]
    shapes += convolution("image_encoder.patch_embed.proj", 3, width, configuration.patch)
    for index in 0..<configuration.depth {
        let block = "image_encoder.blocks.\(index)"
        let side = configuration.globalBlocks.contains(index) ? grid : configuration.window
        let table: Shape = [2 * side - 1, width / configuration.heads]
        shapes += norm("\(block).norm1", width) + norm("\(block).norm2", width)
        shapes += linear("\(block).attn.qkv", width, 3 * width) + linear("\(block).attn.proj", width, width)
        shapes += [("\(block).attn.rel_pos_h", table), ("\(block).attn.rel_pos_w", table)]
        shapes += linear("\(block).mlp.lin1", width, configuration.hiddenWidth)
        shapes += linear("\(block).mlp.lin2", configuration.hiddenWidth, width)
    }
    return shapes
}

private func tinyViTShapes(_ configuration: TinyViTConfiguration) -> Shapes {
    func normalized(_ name: String, _ input: Int, _ output: Int, _ kernel: Int) -> Shapes {
        [("\(name).c.weight", [output, input, kernel, kernel])]
            + ["weight", "bias", "running_mean", "running_var"].map { ("\(name).bn.\($0)", [output]) }
    }
    let (widths, path) = (configuration.widths, "image_encoder")
    let expanded = configuration.expandedWidth
    var shapes = normalized("\(path).patch_embed.seq.0", 3, widths[0] / 2, 3)
    shapes += normalized("\(path).patch_embed.seq.2", widths[0] / 2, widths[0], 3)
    for index in 0..<configuration.depths[0] {
        let block = "\(path).layers.0.blocks.\(index)"
        shapes += normalized("\(block).conv1", widths[0], expanded, 1) + normalized("\(block).conv2", 1, expanded, 3)
        shapes += normalized("\(block).conv3", expanded, widths[0], 1)
    }
    for stage in 1..<widths.count {
        let (width, merging) = (widths[stage], "\(path).layers.\(stage - 1).downsample")
        shapes += normalized("\(merging).conv1", widths[stage - 1], width, 1)
        shapes += normalized("\(merging).conv2", 1, width, 3) + normalized("\(merging).conv3", width, width, 1)
        let (window, hidden) = (configuration.windows[stage - 1], configuration.hiddenWidths[stage - 1])
        for index in 0..<configuration.depths[stage] {
            let block = "\(path).layers.\(stage).blocks.\(index)"
            shapes += [("\(block).attn.attention_biases", [configuration.heads[stage - 1], window * window])]
            shapes += norm("\(block).attn.norm", width) + linear("\(block).attn.qkv", width, 3 * width)
            shapes += linear("\(block).attn.proj", width, width) + normalized("\(block).local_conv", 1, width, 3)
            shapes += norm("\(block).mlp.norm", width) + linear("\(block).mlp.fc1", width, hidden)
            shapes += linear("\(block).mlp.fc2", hidden, width)
        }
    }
    return shapes
}

private func promptEncoderShapes(_ configuration: SAMConfiguration) -> Shapes {
    let (width, channels) = (configuration.promptWidth, configuration.maskChannels)
    let path = "prompt_encoder"
    var shapes: Shapes = [("\(path).pe_layer.positional_encoding_gaussian_matrix", [2, width / 2])]
    for index in 0..<4 { shapes.append(("\(path).point_embeddings.\(index).weight", [1, width])) }
    shapes += [("\(path).not_a_point_embed.weight", [1, width]), ("\(path).no_mask_embed.weight", [1, width])]
    shapes += convolution("\(path).mask_downscaling.0", 1, channels / 4, 2)
    shapes += norm("\(path).mask_downscaling.1", channels / 4)
    shapes += convolution("\(path).mask_downscaling.3", channels / 4, channels, 2)
    shapes += norm("\(path).mask_downscaling.4", channels)
    return shapes + convolution("\(path).mask_downscaling.6", channels, width, 1)
}

private func maskDecoderShapes(_ configuration: SAMConfiguration) -> Shapes {
    let (width, inner) = (configuration.promptWidth, configuration.decoderAttentionWidth)
    let hidden = configuration.iouHeadHiddenWidth
    let path = "mask_decoder"
    func attention(_ name: String, _ inner: Int) -> Shapes {
        ["q_proj", "k_proj", "v_proj"].flatMap { linear("\(name).\($0)", width, inner) }
            + linear("\(name).out_proj", inner, width)
    }
    var shapes: Shapes = [
        ("\(path).iou_token.weight", [1, width]), ("\(path).mask_tokens.weight", [configuration.maskTokens, width]),
    ]
    for index in 0..<configuration.decoderDepth {
        let layer = "\(path).transformer.layers.\(index)"
        shapes += attention("\(layer).self_attn", width)
        shapes += attention("\(layer).cross_attn_token_to_image", inner)
        shapes += attention("\(layer).cross_attn_image_to_token", inner)
        shapes += linear("\(layer).mlp.lin1", width, configuration.decoderHiddenWidth)
        shapes += linear("\(layer).mlp.lin2", configuration.decoderHiddenWidth, width)
        shapes += (1...4).flatMap { norm("\(layer).norm\($0)", width) }
    }
    shapes += attention("\(path).transformer.final_attn_token_to_image", inner)
    shapes += norm("\(path).transformer.norm_final_attn", width)
    shapes += [
        ("\(path).output_upscaling.0.weight", [width, width / 4, 2, 2]),
        ("\(path).output_upscaling.0.bias", [width / 4]),
        ("\(path).output_upscaling.3.weight", [width / 4, width / 8, 2, 2]),
        ("\(path).output_upscaling.3.bias", [width / 8]),
    ]
    shapes += norm("\(path).output_upscaling.1", width / 4)
    for index in 0..<configuration.maskTokens {
        let net = "\(path).output_hypernetworks_mlps.\(index).layers"
        shapes += linear("\(net).0", width, width) + linear("\(net).1", width, width)
        shapes += linear("\(net).2", width, width / 8)
    }
    let head = "\(path).iou_prediction_head.layers"
    return shapes + linear("\(head).0", width, hidden) + linear("\(head).1", hidden, hidden)
        + linear("\(head).2", hidden, configuration.maskTokens)
}
