import Testing

@testable import WeightIdentity

@Suite("weights of transformer blocks")
struct BlockWeightsTests {
    @Test(
        "those of CLIP and SAM are known under all their names",
        arguments: [
            "visual.transformer.resblocks.11.attn.in_proj_weight", "transformer.resblocks.0.mlp.c_proj.weight",
            "model.module.transformer.resblocks.3.attn.out_proj.weight",
            "vision_model.encoder.layers.23.self_attn.q_proj.weight", "text_model.encoder.layers.0.mlp.fc2.weight",
            "image_encoder.blocks.7.attn.qkv.weight", "image_encoder.blocks.0.mlp.lin1.weight",
        ])
    func known(_ name: String) { #expect(BlockWeights.contains(name)) }

    @Test("all are bytes where bytes are asked for, but the map behind SAM's attention")
    func bytes() {
        for name in [
            "visual.transformer.resblocks.11.attn.out_proj.weight", "image_encoder.blocks.7.attn.qkv.weight",
            "module.image_encoder.blocks.0.mlp.lin2.weight",
        ] {
            #expect(BlockWeights.areBytes(name))
        }
        for name in ["image_encoder.blocks.7.attn.proj.weight", "module.image_encoder.blocks.0.attn.proj.weight"] {
            #expect(BlockWeights.contains(name) && !BlockWeights.areBytes(name))
        }
        #expect(!BlockWeights.areBytes("visual.proj"))
    }

    @Test(
        "others are none of them",
        arguments: [
            "", "weight", "transformer.resblocks.0.attn.in_proj_bias", "transformer.resblocks.0.ln_1.weight",
            "transformer.resblocks.x.mlp.c_fc.weight", "token_embedding.weight", "visual.proj",
            "mask_decoder.transformer.layers.0.self_attn.q_proj.weight",
            "image_encoder.layers.1.blocks.0.attn.qkv.weight", "image_encoder.blocks.0.attn.rel_pos_h",
            "resblocks.0.mlp.c_fc.weight",
        ])
    func strangers(_ name: String) { #expect(!BlockWeights.contains(name)) }
}
