/// The weights of the affine maps in transformer blocks, in which nearly all of a model's arithmetic and memory is. Models
/// that are asked for a lower precision compute in it with these.
///
/// MobileSAM has none: its blocks are computed in full precision.
package enum BlockWeights {
    /// What stands before a block's number, and the names of its weights behind it.
    private static let blocks: [(holder: [Substring], weights: Set<String>)] = [
        // CLIP under open_clip's names.
        (
            ["transformer", "resblocks"],
            ["attn.in_proj_weight", "attn.out_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.weight"]
        ),
        // CLIP under Hugging Face's names.
        (
            ["encoder", "layers"],
            [
                "self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight",
                "self_attn.out_proj.weight", "mlp.fc1.weight", "mlp.fc2.weight",
            ]
        ),
        // SAM.
        (["image_encoder", "blocks"], ["attn.qkv.weight", "attn.proj.weight", "mlp.lin1.weight", "mlp.lin2.weight"]),
    ]

    /// Whether it is one of them and is computed in bytes by models that are asked for it. SAM keeps one map of a block.
    package static func areBytes(_ name: String) -> Bool {
        contains(name) && !(name.hasSuffix(".attn.proj.weight") && name.contains("image_encoder."))
    }

    /// Whether a tensor of this name is one of them, whatever stands before the model's own names.
    package static func contains(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.indices.dropFirst(2).contains { number in
            Int(parts[number]) != nil
                && blocks.contains { holder, weights in
                    parts[number - 2..<number].elementsEqual(holder)
                        && weights.contains(parts[(number + 1)...].joined(separator: "."))
                }
        }
    }
}
