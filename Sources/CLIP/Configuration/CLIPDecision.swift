/// One thing about a CLIP that its weights alone do not say, what it was taken to be, and why.
public struct CLIPDecision: Hashable, Sendable {
    public enum Fact: String, Hashable, Sendable, CaseIterable {
        case layout
        case activation
        case imageSize = "input size"
        case visionHeads = "heads of the image tower"
        case textHeads = "heads of the text tower"
        case normalization = "mean and deviation of the colours"
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

    public let fact: Fact
    public let value: String
    public let origin: Origin

    /// Whether nothing but likelihood speaks for the value.
    public var isGuess: Bool {
        if case .guess = origin { true } else { false }
    }
}

extension CLIPDecision: CustomStringConvertible {
    /// One line, such as `activation: quickgelu (from config.json)`.
    public var description: String { "\(fact.rawValue): \(value) (\(origin))" }
}

extension CLIPDecision.Origin: CustomStringConvertible {
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
