/// The weights of the affine maps in transformer blocks, in which nearly all of a model's arithmetic and memory is. Models
/// that are asked for a lower precision compute in it with these.
///
/// MobileSAM has none: its blocks are computed in full precision.
package enum BlockWeights {
    /// What stands before a block's number, and the names of its weights behind it. Those that are `full` are not computed in
    /// bytes, which would cost too much exactness there.
    private static let blocks: [(holder: [Substring], weights: Set<String>, full: Set<String>)] = [
        // CLIP under open_clip's names.
        (
            ["transformer", "resblocks"],
            ["attn.in_proj_weight", "attn.out_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.weight"], []
        ),
        // CLIP under Hugging Face's names.
        (
            ["encoder", "layers"],
            [
                "self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight",
                "self_attn.out_proj.weight", "mlp.fc1.weight", "mlp.fc2.weight",
            ], []
        ),
        // SAM.
        (
            ["image_encoder", "blocks"],
            ["attn.qkv.weight", "attn.proj.weight", "mlp.lin1.weight", "mlp.lin2.weight"], ["attn.proj.weight"]
        ),
    ]

    /// Whether a tensor of this name is one of them, whatever stands before the model's own names.
    package static func contains(_ name: String) -> Bool { isFull(name) != nil }

    /// Whether it is one of them, and models that are asked for bytes compute it so.
    package static func areBytes(_ name: String) -> Bool { isFull(name) == false }

    /// Of one of them whether it is kept from bytes; nil of any other tensor.
    private static func isFull(_ name: String) -> Bool? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        for number in parts.indices.dropFirst(2) where Int(parts[number]) != nil {
            let weight = parts[(number + 1)...].joined(separator: ".")
            for (holder, weights, full) in blocks
            where parts[number - 2..<number].elementsEqual(holder) && weights.contains(weight) {
                return full.contains(weight)
            }
        }
        return nil
    }
}
