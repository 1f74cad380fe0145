import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite struct MaskDecoderTests {
    @Test("two-way transformer, upscaling and hypernetworks match the reference, each alone")
    func stages() throws {
        let model = try generatedModel(.tested)
        let decoder = model.maskDecoder
        let reference = try Reference("decoder_stages")
        let prompts = model.promptEncoder([ModelPrompt(points: PromptEncoderTests.points)])
        let (tokens, image) = decoder.transformer(
            tokens: decoder.tokens(prompts), image: prompts.dense.added(to: Self.features.reshaped(to: [32, 256])),
            imagePosition: model.promptEncoder.densePosition)
        try reference.expect(tokens.squeezed(axis: 0), "tokens")
        try reference.expect(image.matrices.squeezed(axis: 0).transposed(), "image")
        // Each upscaled channel by itself, as the mask that weighs it alone.
        let upscaled = ColumnPanels(try reference.tensor("image", [1, 256, 32]).transposed())
        let channels = Tensor((0..<16).map { $0 % 5 == 0 ? 1 : 0 }, shape: [1, 4, 4])
        try reference.expect(decoder.outputUpscaling(upscaled, channelWeights: channels).squeezed(axis: 0), "upscaled")
        let hyper = decoder.channelWeights(try reference.tensor("tokens", [1, 9, 32]), 0..<4)
        try reference.expect(hyper.squeezed(axis: 0), "hyper")
    }

    @Test("logits and predicted IoU match the reference for every mixture of prompts, single and multiple")
    func prompts() throws {
        let model = try generatedModel(.tested)
        let reference = try Reference("decoder_prompts")
        let points = PromptEncoderTests.points
        let box = PromptEncoderTests.box
        let mask = generatedTensor("mask", [64, 64]) * 8
        let cases: [(String, ModelPrompt, MaskCount)] = [
            ("points_single", ModelPrompt(points: points), .single),
            ("points_multiple", ModelPrompt(points: points), .multiple),
            ("box_single", ModelPrompt(box: box), .single),
            ("mask_single", ModelPrompt(maskLogits: mask), .single),
            ("points_mask_single", ModelPrompt(points: points, maskLogits: mask), .single),
            ("all_single", ModelPrompt(points: points, box: box, maskLogits: mask), .single),
        ]
        for (name, prompt, masks) in cases {
            let decoded = model.maskDecoder(
                features: Self.features, position: model.promptEncoder.densePosition,
                prompts: model.promptEncoder([prompt]), masks: masks, .uncancelled)
            try reference.expect(decoded.logits.squeezed(axis: 0), "\(name)_logits", within: 1e-3)
            try reference.expect(decoded.predictedIoU.squeezed(axis: 0), "\(name)_iou", within: 1e-3)
        }
    }

    @Test("the profile of a prompt names the decoder's layers, with sums as counted by hand")
    func profile() throws {
        let model = try generatedModel(.tested)
        // Two points and the padding point behind them; an IoU token and four mask tokens.
        let (tokens, image, width, inner, hidden) = (3 + 5, 16 * 16, 32, 16, 64)
        let prompts = model.promptEncoder([ModelPrompt(points: Array(PromptEncoderTests.points[0...1]))])
        let profile = Profile.record {
            Profile.layer(model.maskDecoder.path) {
                model.maskDecoder(
                    features: Self.features, position: model.promptEncoder.densePosition, prompts: prompts,
                    masks: .single, .uncancelled)
            }
        }.profile
        var sums: [String: Int] = [:]
        for entry in profile.entries where entry.sum.operations > 0 {
            sums["\(entry.path) \(entry.kind.rawValue)"] = entry.sum.operations
        }
        let layer = "mask_decoder.transformer.layers"
        let final = "mask_decoder.transformer.final_attn_token_to_image"
        // Each head's part of a token's query, times a matrix to the width of the image, and back.
        let byHead = 2 * tokens * inner * width
        let pass = 2 * 2 * image * width * (4 * tokens)
        #expect(sums["\(layer).0.self_attn.q_proj linear"] == 2 * tokens * width * width)
        #expect(sums["\(layer).0.self_attn attention"] == 2 * 2 * tokens * tokens * width)
        #expect(sums["\(layer).0.mlp.lin1 linear"] == 2 * tokens * width * hidden)
        #expect(sums["\(layer).0.cross_attn_token_to_image.q_proj linear"] == 2 * tokens * width * inner)
        #expect(sums["\(layer).0.cross_attn_token_to_image matrix product"] == 2 * byHead)
        // Keys, the offset that each of them has, and values.
        #expect(sums["\(layer).0.cross_attn_image_to_token matrix product"] == 2 * byHead + 2 * tokens * inner)
        // The first pass over the image tokens has nothing to change in them, the others do both.
        #expect(sums["\(layer).0.cross_attn_token_to_image attention"] == pass)
        #expect(sums["\(layer).1.cross_attn_token_to_image attention"] == 2 * pass)
        #expect(sums["\(final) attention"] == 2 * pass)
        // Two convolutions that turn a pixel into four, and one mask's sum over an eighth of the channels.
        let upscaling = 4 * width * width / 4 + 4 * 4 * width / 4 * width / 8 + 16 * width / 8
        #expect(sums["mask_decoder.output_upscaling convolution"] == 2 * image * upscaling)
        #expect(sums["mask_decoder.output_hypernetworks_mlps.0.layers.2 linear"] == 2 * width * width / 8)
        #expect(sums["mask_decoder.iou_prediction_head.layers.0 linear"] == 2 * width * 48)
        #expect(!sums.keys.contains { $0.contains("output_hypernetworks_mlps.1") })
    }

    @Test("masks are the same bits on any number of threads")
    func threads() throws {
        // A grid of 40 x 40 image tokens, which is several tasks, the last of them with half a panel.
        var configuration = SAMConfiguration.tested
        configuration.side = 160
        let model = try generatedModel(configuration)
        let features = generatedTensor("features", [32, 40, 40])
        let prompts = (0..<3).map { index in
            ModelPrompt(
                points: Array(PromptEncoderTests.points[0...1]),
                maskLogits: generatedTensor("mask \(index)", [160, 160]))
        }
        let before = ComputeThreads.count
        defer { try? ComputeThreads.set(before) }
        func decoded(threads: Int) throws -> DecodedMasks {
            try ComputeThreads.set(threads)
            return model.maskDecoder(
                features: features, position: model.promptEncoder.densePosition, prompts: model.promptEncoder(prompts),
                masks: .multiple, .uncancelled)
        }
        let alone = try decoded(threads: 1)
        #expect(alone.logits.shape == [3, 3, 160, 160] && alone.logits.values.allSatisfy(\.isFinite))
        for threads in [2, 5] {
            let together = try decoded(threads: threads)
            #expect(isIdentical(together.logits, alone.logits), "\(threads) threads")
            #expect(isIdentical(together.predictedIoU, alone.predictedIoU), "\(threads) threads")
        }
    }

    private static let features = generatedTensor("features", [32, 16, 16])
}
