/// How CLIP's patches become the map S.
public struct AnomalyMapConfiguration: Hashable, Sendable, Codable {
    /// How patches look at each other in the last blocks.
    public enum Attention: String, Hashable, Sendable, Codable, CaseIterable {
        /// Ordinary for a model that says its patches were trained to be compared with text, else V-V.
        case automatic
        /// As the model was trained.
        case ordinary
        /// V-V from ``AnomalyMapConfiguration/valueValueFirstBlock`` on. Matches CLIP Surgery.
        case valueValue
    }

    /// Sizes at which CLIP sees the picture, as multiples of the model's own side, each rounded to whole patches; their
    /// maps are averaged. Small defects show in the larger, broad ones in the smaller. At least one.
    public var inputScales: [Float]
    /// Sides in pixels to take in place of ``inputScales``; empty to take those.
    public var inputSides: [Int]
    public var attention: Attention
    /// First block with V-V attention, from 1; nil: the sixth from the end. d
    public var valueValueFirstBlock: Int?
    /// Blocks whose patches are compared with the text, from 1; their maps are averaged. Empty: the last.
    public var layers: [Int]
    /// What cosines are multiplied by before the softmax; nil: the model's own. beta
    public var logitScale: Float?
    /// Side of the square raster on which the map is smoothed and points are found; pixels.
    public var side: Int
    /// Deviation of the Gaussian that smooths the map; pixels of its raster. sigma
    public var smoothing: Float

    public init(
        inputScales: [Float] = [0.7, 1, 1.4], inputSides: [Int] = [], attention: Attention = .automatic,
        valueValueFirstBlock: Int? = nil,
        layers: [Int] = [], logitScale: Float? = nil, side: Int = 518, smoothing: Float = 4
    ) {
        self.inputScales = inputScales
        self.inputSides = inputSides
        self.attention = attention
        self.valueValueFirstBlock = valueValueFirstBlock
        self.layers = layers
        self.logitScale = logitScale
        self.side = side
        self.smoothing = smoothing
    }

    public static let `default` = AnomalyMapConfiguration()

    /// One pass at the model's own size.
    public static let paper = AnomalyMapConfiguration(inputScales: [1])

    /// The sides for a model, in pixels.
    func sides(modelSide: Int, patch: Int) -> [Int] {
        guard inputSides.isEmpty else { return inputSides }
        return inputScales.map { scale in
            max(patch, Int((Float(modelSide) * scale / Float(patch)).rounded()) * patch)
        }
    }

    func validate() throws(AnomalySegmentationError) {
        if inputScales.isEmpty {
            throw .invalidConfiguration(
                field: "map.inputScales", value: "[]", expected: "a list with at least one entry")
        }
        for scale in inputScales { try ConfigurationCheck.within("map.inputScales", scale, 0.1...8) }
        for side in inputSides { try ConfigurationCheck.within("map.inputSides", side, 1...Self.largestSide) }
        if let block = valueValueFirstBlock {
            try ConfigurationCheck.within("map.valueValueFirstBlock", block, 1...Int(Int32.max))
        }
        for layer in layers { try ConfigurationCheck.within("map.layers", layer, 1...Int(Int32.max)) }
        if let scale = logitScale { try ConfigurationCheck.above("map.logitScale", scale, 0) }
        try ConfigurationCheck.within("map.side", side, 16...Self.largestSide)
        try ConfigurationCheck.within("map.smoothing", smoothing, 0...Float(side))
    }

    private static let largestSide = 4096
}
