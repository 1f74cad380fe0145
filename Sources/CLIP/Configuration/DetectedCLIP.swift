public import Tensors

/// What a set of weights turned out to be: the configuration, the weights under canonical names, and why.
public struct DetectedCLIP: Sendable {
    /// The sizes of the model and what its weights do not say.
    public internal(set) var configuration: CLIPConfiguration
    /// The weights under open_clip's names.
    public let weights: CLIPWeights
    /// What was decided beyond the shapes, one entry for each fact, in the order of `CLIPDecision.Fact`.
    public private(set) var decisions: [CLIPDecision] = []

    /// Where a weights file's metadata describes the model in JSON.
    static let descriptionKey = "vitrine.model"

    /// Reads everything about the model off its weights and off the texts that came with them.
    ///
    /// Widths, depths, patch, grid, context and vocabulary come from the shapes. The rest comes from the first of these
    /// that is there: the description `vitrine.model` inside the weights, transformers' `config.json` and
    /// `preprocessor_config.json`, `open_clip_config.json`, and what all published models of the kind have in common.
    /// Where nothing tells the activation, names as in open_clip are taken for LAION's models with exact GELU, and names
    /// as in transformers for OpenAI's with QuickGELU; the decision then says that it is a guess.
    ///
    /// - Parameters:
    ///   - source: weights of any ``CLIPLayout``, wrapped or not.
    ///   - activation: what to use whatever the files say.
    /// - Throws: `CLIPConfigurationError` when these are not the weights of a CLIP with a ViT image tower, or when a
    ///   text beside them asks for something that is not supported.
    public init(
        _ source: some TensorSource, activation: CLIPConfiguration.Activation? = nil
    ) throws(CLIPConfigurationError) {
        weights = try CLIPWeights(source)
        var description: DescriptionFile?
        if let json = weights.metadata[Self.descriptionKey] {
            description = try DescriptionFile(Self.descriptionKey, json)
        }
        configuration = try CLIPShapes(weights, description).configuration()
        decide(.layout, weights.layout.spelling, .weights)
        if let description {
            try apply(description: description)
        } else if let json = weights.metadata["config.json"], weights.layout == .huggingFace {
            try apply(transformers: DescriptionFile("config.json", json))
        } else if let json = weights.metadata["open_clip_config.json"] {
            try apply(openCLIP: DescriptionFile("open_clip_config.json", json))
        }
        if let json = weights.metadata["preprocessor_config.json"], !isDecided(.resizing) {
            try apply(preprocessor: DescriptionFile("preprocessor_config.json", json))
        }
        if let activation {
            configuration.activation = activation
            decide(.activation, activation.rawValue, .asked)
        }
        try applyRules()
        try checkFacts()
        let order = CLIPDecision.Fact.allCases
        decisions.sort { order.firstIndex(of: $0.fact) ?? 0 < order.firstIndex(of: $1.fact) ?? 0 }
    }

    /// Notes a decision; a later one about the same fact takes its place.
    mutating func decide(_ fact: CLIPDecision.Fact, _ value: String, _ origin: CLIPDecision.Origin) {
        decisions.removeAll { $0.fact == fact }
        decisions.append(CLIPDecision(fact: fact, value: value, origin: origin))
    }

    func isDecided(_ fact: CLIPDecision.Fact) -> Bool { decisions.contains { $0.fact == fact } }
}

extension CLIPConfiguration {
    /// The configuration alone of what `DetectedCLIP` finds.
    ///
    /// - Parameters:
    ///   - weights: of any ``CLIPLayout``, wrapped or not.
    ///   - activation: what to use whatever the files say.
    /// - Throws: `CLIPConfigurationError` when these are not the weights of a CLIP with a ViT image tower.
    public static func detect(
        from weights: some TensorSource, activation: Activation? = nil
    ) throws(CLIPConfigurationError) -> CLIPConfiguration {
        try DetectedCLIP(weights, activation: activation).configuration
    }
}

extension CLIPLayout {
    var spelling: String {
        switch self {
        case .openCLIP: "OpenAI's and open_clip's names"
        case .customText: "open_clip's names, the text tower apart"
        case .huggingFace: "Hugging Face names"
        }
    }
}
