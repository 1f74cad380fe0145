/// The names of transformers' `CLIPModel` beside open_clip's.
///
/// There, queries, keys and values have three matrices; here they have one, with the rows of the queries first, then keys,
/// then values. The two projections are linear layers there, so they are stored transposed.
enum HuggingFaceNames {
    /// Canonical on the left.
    private static let whole = [
        ("visual.class_embedding", "vision_model.embeddings.class_embedding"),
        ("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight"),
        ("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"),
        ("visual.ln_pre.weight", "vision_model.pre_layrnorm.weight"),
        ("visual.ln_pre.bias", "vision_model.pre_layrnorm.bias"),
        ("visual.ln_post.weight", "vision_model.post_layernorm.weight"),
        ("visual.ln_post.bias", "vision_model.post_layernorm.bias"),
        ("token_embedding.weight", "text_model.embeddings.token_embedding.weight"),
        ("positional_embedding", "text_model.embeddings.position_embedding.weight"),
        ("ln_final.weight", "text_model.final_layer_norm.weight"),
        ("ln_final.bias", "text_model.final_layer_norm.bias"),
        ("logit_scale", "logit_scale"),
    ]
    private static let transposed = [
        ("visual.proj", "visual_projection.weight"), ("text_projection", "text_projection.weight"),
    ]
    private static let towers = [
        ("visual.transformer.resblocks.", "vision_model.encoder.layers."),
        ("transformer.resblocks.", "text_model.encoder.layers."),
    ]
    /// Within a block.
    private static let layers = [
        ("ln_1.", "layer_norm1."), ("ln_2.", "layer_norm2."), ("attn.out_proj.", "self_attn.out_proj."),
        ("mlp.c_fc.", "mlp.fc1."), ("mlp.c_proj.", "mlp.fc2."),
    ]
    private static let packed = "attn.in_proj_"
    private static let projections = ["self_attn.q_proj.", "self_attn.k_proj.", "self_attn.v_proj."]

    static func recipe(for canonical: String) -> CLIPLayout.Recipe? {
        if let name = whole.first(where: { $0.0 == canonical })?.1 { return .tensor(name) }
        if let name = transposed.first(where: { $0.0 == canonical })?.1 { return .transposed(name) }
        for (ours, theirs) in towers {
            guard let (block, rest) = split(canonical, behind: ours) else { continue }
            if rest.hasPrefix(packed) {
                return .rows(projections.map { theirs + block + $0 + rest.dropFirst(packed.count) })
            }
            if let (ours, name) = layers.first(where: { rest.hasPrefix($0.0) }) {
                return .tensor(theirs + block + name + rest.dropFirst(ours.count))
            }
        }
        return nil
    }

    static func canonicalName(of name: String) -> String? {
        if let canonical = (whole + transposed).first(where: { $0.1 == name })?.0 { return canonical }
        for (ours, theirs) in towers {
            guard let (block, rest) = split(name, behind: theirs) else { continue }
            if let projection = projections.first(where: { rest.hasPrefix($0) }) {
                return ours + block + packed + rest.dropFirst(projection.count)
            }
            if let (canonical, theirs) = layers.first(where: { rest.hasPrefix($0.1) }) {
                return ours + block + canonical + rest.dropFirst(theirs.count)
            }
        }
        return nil
    }

    /// `prefix` + "3." + rest as "3." and rest.
    private static func split(_ name: String, behind prefix: String) -> (block: String, rest: Substring)? {
        guard name.hasPrefix(prefix) else { return nil }
        let inner = name.dropFirst(prefix.count)
        let digits = inner.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, inner.dropFirst(digits.count).first == "." else { return nil }
        return (digits + ".", inner.dropFirst(digits.count + 1))
    }
}
