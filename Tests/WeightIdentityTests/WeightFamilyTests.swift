import Tensors
import TestSupport
import Testing
import WeightIdentity

@Suite("telling what model weights belong to")
struct WeightFamilyTests {
    private static func named(_ names: String...) -> GeneratedWeights {
        GeneratedWeights(names.map { ($0, [2]) })
    }

    @Test(
        "names and shapes tell the family",
        arguments: [
            (named("visual.class_embedding", "visual.conv1.weight"), WeightFamily.clip),
            (named("embeddings.class_embedding", "pre_layrnorm.weight"), .huggingFaceCLIPTower),
            (named("embeddings.token_embedding.weight", "final_layer_norm.bias"), .huggingFaceCLIPTower),
            (named("vision_model.embeddings.class_embedding", "text_model.embeddings.x"), .huggingFaceCLIP),
            (named("vision_model.embeddings.class_embedding"), .huggingFaceCLIPTower),
            (named("visual.layer1.0.conv1.weight", "visual.attnpool.positional_embedding"), .clipResNet),
            (named("visual.trunk.blocks.0.norm1.weight", "text.ln_final.weight"), .clipWithTimmTower),
            (named("visual.trunk.attn_pool.latent", "logit_bias"), .sigLIP),
            (named("vision_model.head.probe", "vision_model.embeddings.x", "text_model.embeddings.x"), .sigLIP),
            (
                named("image_encoder.patch_embed.seq.0.c.weight", "image_encoder.layers.0.x", "mask_decoder.x"),
                .mobileSAM
            ),
            (named("image_encoder.trunk.blocks.0.x", "sam_mask_decoder.x"), .segmentAnything2),
            (named("vision_encoder.layers.0.x", "mask_decoder.iou_token.weight"), .huggingFaceSAM),
            (named("trainable_linearlayer.fc.0.weight"), .aprilGANAdapters),
            (named("prompt_learner.ctx_pos"), .anomalyCLIPPrompts),
            (named("resnet.conv1.weight"), .unknown),
        ])
    func families(_ weights: GeneratedWeights, _ expected: WeightFamily) {
        #expect(WeightFamily(of: weights) == expected)
    }

    @Test("a SAM's size stands in the neck, through any wrapping")
    func segmentAnything() {
        let weights = GeneratedWeights([
            ("model.module.image_encoder.patch_embed.proj.weight", [1024, 3, 16, 16]),
            ("model.module.image_encoder.neck.0.weight", [256, 1024, 1, 1]),
            ("model.module.mask_decoder.iou_token.weight", [1, 256]),
        ])
        #expect(WeightFamily(of: weights) == .segmentAnything(width: 1024))
        #expect(WeightFamily(of: weights).description == "SAM ViT-L")
    }
}

@Suite("weights out of their wrapping")
struct UnwrappedWeightsTests {
    @Test("shells that all names share come off, one after the other")
    func shells() throws {
        let source = GeneratedWeights([("model.module.a", [2]), ("model.module.b.c", [3])], metadata: ["k": "v"])
        let weights = UnwrappedWeights(source)
        #expect(weights.prefix == "model.module.")
        #expect(weights.names == ["a", "b.c"])
        #expect(weights.setAside.isEmpty)
        #expect(weights.shape(of: "b.c") == [3])
        #expect(try weights.load("a").values == source.load("model.module.a").values)
        #expect(weights.metadata == ["k": "v"])
    }

    @Test("what stands beside a state dictionary is set aside and told")
    func container() {
        let weights = UnwrappedWeights(
            GeneratedWeights([("state_dict.module.a", [2]), ("optimizer.state.0.exp_avg", [2])]))
        #expect(weights.names == ["a"])
        #expect(weights.prefix == "state_dict.module.")
        #expect(weights.setAside == ["optimizer.state.0.exp_avg"])
        #expect(weights.shape(of: "optimizer.state.0.exp_avg") == nil)
    }

    @Test("an optimiser beside a model is set aside")
    func optimiser() {
        let weights = UnwrappedWeights(
            GeneratedWeights([("model.a", [2]), ("optimizer.state.0.exp_avg", [2]), ("lr_scheduler.last", [1])]))
        #expect(weights.names == ["a"])
        #expect(weights.setAside == ["optimizer.state.0.exp_avg", "lr_scheduler.last"])
    }

    @Test("a shell that not all names share belongs to the model")
    func kept() {
        let weights = UnwrappedWeights(GeneratedWeights([("model.a", [2]), ("head.b", [2])]))
        #expect(weights.prefix.isEmpty)
        #expect(weights.names == ["model.a", "head.b"])
    }

    @Test("no tensors, nothing to take off")
    func empty() {
        #expect(UnwrappedWeights(GeneratedWeights([])).prefix.isEmpty)
    }
}
