import Tensors

// Rules that published models follow, for facts that no file beside the weights tells.
extension DetectedCLIP {
    mutating func applyRules() throws(CLIPConfigurationError) {
        decideActivation()
        try decideHeads()
        if !isDecided(.imageSize) { decide(.imageSize, "\(configuration.imageSize)", .weights) }
        if !isDecided(.normalization) {
            decide(.normalization, configuration.colorSpelling, .family("OpenAI's and most of open_clip's models"))
        }
        if !isDecided(.resizing) {
            configuration.resizing = .shortestSideAndCrop
            decide(.resizing, configuration.resizing.rawValue, .family("OpenAI's and most of open_clip's models"))
        }
    }

    private mutating func decideActivation() {
        guard !isDecided(.activation) else { return }
        let origin: CLIPDecision.Origin
        if weights.isOpenAIArchive {
            configuration.activation = .quickGELU
            origin = .family("OpenAI's own archives")
        } else if configuration.visionWidth == CLIPConfiguration.base16Plus240.visionWidth {
            configuration.activation = .gelu
            origin = .family("models of width \(configuration.visionWidth)")
        } else {
            configuration.activation = weights.layout == .huggingFace ? .quickGELU : .gelu
            origin = .guess(among: CLIPConfiguration.Activation.allCases.map(\.rawValue))
        }
        decide(.activation, configuration.activation.rawValue, origin)
    }

    /// Heads are 64 wide in every published size up to ViT-L. The larger ones differ from each other, and a wrong number
    /// gives plausible and wrong results.
    private mutating func decideHeads() throws(CLIPConfigurationError) {
        let headWidth = CLIPConfiguration.publishedHeadWidth
        let towers: [(CLIPDecision.Fact, width: Int, set: WritableKeyPath<CLIPConfiguration, Int> & Sendable)] = [
            (.visionHeads, configuration.visionWidth, \.visionHeads),
            (.textHeads, configuration.textWidth, \.textHeads),
        ]
        for (fact, width, heads) in towers where !isDecided(fact) {
            if fact == .visionHeads, let model = Self.largeModels[width] { throw .unknownHeadsOfLargeModel(model) }
            guard width % headWidth == 0 else { throw .unknownHeads(width: width) }
            configuration[keyPath: heads] = width / headWidth
            decide(fact, "\(width / headWidth)", .family("published models up to ViT-L"))
        }
    }

    /// Published image towers whose heads are not 64 wide, by width.
    private static let largeModels = [1280: "ViT-H", 1408: "ViT-g", 1664: "ViT-bigG", 1792: "ViT-e"]

    /// Checks the facts that the towers take as given.
    func checkFacts() throws(CLIPConfigurationError) {
        guard configuration.imageSize <= CLIPConfiguration.largestSide else {
            throw .unexpectedShape(
                name: "visual.positional_embedding",
                found: weights.shape(of: "visual.positional_embedding") ?? [])
        }
        guard configuration.contextLength >= CLIPTokenizer.leastContext else {
            throw .unexpectedShape(
                name: "positional_embedding", found: weights.shape(of: "positional_embedding") ?? [])
        }
    }
}

extension CLIPConfiguration {
    /// Larger inputs than any model was trained for.
    static let largestSide = 16_384

    /// For people.
    var colorSpelling: String {
        "mean " + mean.map { "\($0)" }.joined(separator: " ") + ", deviation "
            + standardDeviation.map { "\($0)" }.joined(separator: " ")
    }
}
