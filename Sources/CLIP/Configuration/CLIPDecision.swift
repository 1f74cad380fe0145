/// One thing about a CLIP that its weights alone do not say, what it was taken to be, and why.
public struct CLIPDecision: Hashable, Sendable {
    /// What was decided. The raw value is its name for people.
    public enum Fact: String, Hashable, Sendable, CaseIterable {
        /// ``CLIPLayout``.
        case layout
        /// ``CLIPConfiguration/activation``.
        case activation
        /// ``CLIPConfiguration/imageSize``.
        case imageSize = "input size"
        /// ``CLIPConfiguration/visionHeads``.
        case visionHeads = "heads of the image tower"
        /// ``CLIPConfiguration/textHeads``.
        case textHeads = "heads of the text tower"
        /// ``CLIPConfiguration/mean`` and ``CLIPConfiguration/standardDeviation``.
        case normalization = "mean and deviation of the colours"
        /// ``CLIPConfiguration/resizing``.
        case resizing
    }

    /// Where the value comes from.
    public enum Origin: Hashable, Sendable {
        /// The caller asked for it.
        case asked
        /// A file that came with the weights, or the description inside them.
        case described(file: String)
        /// Names and shapes of the weights.
        case weights
        /// All published models of this kind have it; the text says which kind.
        case family(String)
        /// Nothing tells: the likeliest of these values.
        case guess(among: [String])
    }

    /// What was decided.
    public let fact: Fact
    /// What it was taken to be, for people.
    public let value: String
    /// Where the value comes from.
    public let origin: Origin

    /// Whether neither the weights nor a file tells the value, so that it may be wrong.
    public var isGuess: Bool { if case .guess = origin { true } else { false } }
}

extension CLIPDecision: CustomStringConvertible {
    /// One line, such as `activation: quickgelu (from config.json)`.
    public var description: String { "\(fact.rawValue): \(value) (\(origin))" }
}

extension CLIPDecision.Origin: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .asked: "as asked"
        case .described(let file): "from \(file)"
        case .weights: "from names and shapes"
        case .family(let kind): "as all \(kind) have it"
        case .guess(let values):
            "a guess, for the file does not tell: choose \(values.joined(separator: " or ")) if results are poor"
        }
    }
}
