public import Tensors

/// What model a set of weights belongs to, told by its names and shapes and never by a file's name.
public enum WeightFamily: Hashable, Sendable {
    /// A CLIP with a ViT image tower, named as OpenAI and open_clip do.
    case clip
    /// The same model, named as Hugging Face's `CLIPModel`.
    case huggingFaceCLIP
    /// Only one of the two towers of a Hugging Face CLIP.
    case huggingFaceCLIPTower
    case clipResNet
    /// An open_clip model whose image tower is a timm network.
    case clipWithTimmTower
    case sigLIP
    /// Meta's Segment Anything with a ViT image encoder of this width: 768 is B, 1024 is L, 1280 is H.
    case segmentAnything(width: Int)
    /// Segment Anything with the TinyViT image encoder.
    case mobileSAM
    /// Segment Anything, named as Hugging Face's `SamModel`.
    case huggingFaceSAM
    case segmentAnything2
    /// The linear layers that APRIL-GAN trains beside a CLIP.
    case aprilGANAdapters
    /// The prompt vectors that AnomalyCLIP trains beside a CLIP.
    case anomalyCLIPPrompts
    case unknown

    /// - Parameter weights: wrapped or not; see ``UnwrappedWeights``.
    public init(of weights: some TensorSource) {
        let weights = UnwrappedWeights(weights)
        let names = Set(weights.names)
        func holds(_ start: String) -> Bool { names.contains { $0.hasPrefix(start) } }

        if holds("trainable_linearlayer.") {
            self = .aprilGANAdapters
        } else if names.contains("ctx_pos") || names.contains("prompt_learner.ctx_pos") {
            self = .anomalyCLIPPrompts
        } else if holds("image_encoder.trunk.") || holds("sam_mask_decoder.") || holds("memory_attention.") {
            self = .segmentAnything2
        } else if holds("image_encoder.layers.") && holds("image_encoder.patch_embed.seq.") {
            self = .mobileSAM
        } else if holds("image_encoder.patch_embed.") && (holds("mask_decoder.") || holds("prompt_encoder.")) {
            self = .segmentAnything(width: weights.shape(of: "image_encoder.neck.0.weight").flatMap(Self.width) ?? 0)
        } else if holds("vision_encoder.") && holds("mask_decoder.") {
            self = .huggingFaceSAM
        } else if names.contains("logit_bias") || holds("vision_model.head.") || holds("visual.trunk.attn_pool.") {
            self = .sigLIP
        } else if holds("visual.layer1.") {
            self = .clipResNet
        } else if holds("visual.trunk.") && !holds("visual.trunk.laterals.") {
            self = .clipWithTimmTower
        } else if names.contains("visual.class_embedding") || names.contains("visual.proj") {
            self = .clip
        } else if holds("vision_model.embeddings.") && holds("text_model.embeddings.") {
            self = .huggingFaceCLIP
        } else if holds("vision_model.embeddings.") || holds("text_model.embeddings.")
            || names.contains("pre_layrnorm.weight") || names.contains("embeddings.token_embedding.weight")
        {
            self = .huggingFaceCLIPTower
        } else {
            self = .unknown
        }
    }

    /// The encoder's width: what the first convolution of the neck `[channels, width, 1, 1]` reads.
    private static func width(_ neck: Shape) -> Int? { neck.rank == 4 ? neck[1] : nil }
}

extension WeightFamily: CustomStringConvertible {
    /// What a person would call it.
    public var description: String {
        switch self {
        case .clip: "CLIP with a ViT image tower"
        case .huggingFaceCLIP: "CLIP with a ViT image tower, in the Hugging Face layout"
        case .huggingFaceCLIPTower: "one tower of a CLIP, in the Hugging Face layout"
        case .clipResNet: "CLIP with a ResNet image tower"
        case .clipWithTimmTower: "a CLIP with an image tower from timm"
        case .sigLIP: "SigLIP"
        case .segmentAnything(768): "SAM ViT-B"
        case .segmentAnything(1024): "SAM ViT-L"
        case .segmentAnything(1280): "SAM ViT-H"
        case .segmentAnything: "a SAM of its own size"
        case .mobileSAM: "MobileSAM"
        case .huggingFaceSAM: "SAM in the Hugging Face layout"
        case .segmentAnything2: "SAM 2"
        case .aprilGANAdapters: "APRIL-GAN adapters"
        case .anomalyCLIPPrompts: "AnomalyCLIP prompts"
        case .unknown: "weights of a model unknown here"
        }
    }
}
