/// Whose names a CLIP's weights carry.
public enum CLIPLayout: String, Hashable, Sendable {
    /// OpenAI's and open_clip's names, which are the canonical ones here.
    case openCLIP
    /// open_clip's `CustomTextCLIP`: the same, with `text.` in front of everything of the text tower.
    case customText
    /// transformers' `CLIPModel`.
    case huggingFace

    /// How one canonical tensor is made from tensors of the file.
    enum Recipe: Hashable, Sendable {
        case tensor(String)
        /// Tensors of one shape, concatenated along the first axis.
        case rows([String])
        /// A transposed matrix.
        case transposed(String)

        /// The names in the file.
        var parts: [String] {
            switch self {
            case .tensor(let name), .transposed(let name): [name]
            case .rows(let names): names
            }
        }
    }

    /// How the tensor of this canonical name is made, whether or not the file holds it.
    func recipe(for canonical: String) -> Recipe {
        switch self {
        case .openCLIP: .tensor(canonical)
        case .customText: .tensor(Self.isShared(canonical) ? canonical : Self.textPrefix + canonical)
        case .huggingFace: HuggingFaceNames.recipe(for: canonical) ?? .tensor(canonical)
        }
    }

    /// The canonical tensor that a tensor of the file is, or is a part of; nil for one that no CLIP has.
    func canonicalName(of name: String) -> String? {
        switch self {
        case .openCLIP: return name
        case .customText:
            if Self.isShared(name) { return name }
            return name.hasPrefix(Self.textPrefix) ? String(name.dropFirst(Self.textPrefix.count)) : nil
        case .huggingFace: return HuggingFaceNames.canonicalName(of: name)
        }
    }

    private static let textPrefix = "text."

    private static func isShared(_ name: String) -> Bool {
        name.hasPrefix("visual.") || name == "logit_scale"
    }
}
