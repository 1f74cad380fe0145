public import CLIP

/// How CLIP's patches become the map S.
public struct AnomalyMapConfiguration: Hashable, Sendable, Codable {
    /// What is compared with the texts.
    public enum Producer: String, Hashable, Sendable, Codable, CaseIterable {
        /// Every patch of chosen layers, no training: CLIP Surgery, or a model trained to compare patches with text.
        case dense
        /// Every window of a few patches, each through the whole image tower, no training: WinCLIP.
        case windows
        /// Patches of several layers, each through a trained linear map: APRIL-GAN.
        case adapters
        /// Patches as for `dense`, with trained vectors in the place of the sentences: AnomalyCLIP.
        case learntPrompts

        /// Whether trained weights of its own are needed beside CLIP's.
        public var needsWeights: Bool { self == .adapters || self == .learntPrompts }
    }

    /// How patches look at each other in the last blocks.
    public enum Attention: String, Hashable, Sendable, Codable, CaseIterable {
        /// Ordinary for a model that says its patches were trained to be compared with text, else V-V.
        case automatic
        /// As the model was trained.
        case ordinary
        /// V-V from ``AnomalyMapConfiguration/valueValueFirstBlock`` on. Matches CLIP Surgery.
        case valueValue
    }

    /// Which vector stands for the picture as a whole.
    public enum PictureToken: String, Hashable, Sendable, Codable, CaseIterable {
        /// The class token after the last norm and the projection, as CLIP was trained.
        case normalized
        /// The projection alone, as in AnomalyCLIP's published code.
        case raw
    }

    public var producer: Producer
    /// The activation that CLIP must have been loaded with, because trained weights fit its features only; nil: any.
    public var activation: CLIPConfiguration.Activation?
    /// How position embeddings are brought to other sizes than the trained one; nil: as CLIP was loaded.
    public var positionResampling: PositionResampling?
    /// Sizes at which CLIP sees the picture, as multiples of the model's own side, each rounded to whole patches; their
    /// maps are averaged. Small defects show in the larger, broad ones in the smaller. At least one.
    public var inputScales: [Float]
    /// Sides in pixels to take in place of ``inputScales``; empty to take those.
    public var inputSides: [Int]
    public var attention: Attention
    /// First block with V-V attention, from 1; nil: the sixth from the end. d
    public var valueValueFirstBlock: Int?
    /// Blocks whose patches are compared with the text, from 1; their maps are averaged. Empty: the last, and for
    /// `adapters` as many as there are adapters, evenly over the tower.
    public var layers: [Int]
    /// Sides of the windows in patches; their maps and, if wanted, the picture's score are averaged harmonically. k
    public var windowSides: [Int]
    /// Whether the score of the whole picture counts in every place of a map of windows, as one more size.
    public var windowsIncludePicture: Bool
    /// Whether what both texts have in common is taken away in place of a softmax; for `dense` only.
    public var featureSurgery: Bool
    public var pictureToken: PictureToken
    /// What cosines are multiplied by before the softmax; nil: the model's own. beta, or 1 / tau
    public var logitScale: Float?
    /// Side of the square raster on which the map is smoothed and points are found; pixels.
    public var side: Int
    /// Deviation of the Gaussian that smooths the map; pixels of its raster. sigma
    public var smoothing: Float

    public init(
        producer: Producer = .dense, activation: CLIPConfiguration.Activation? = nil,
        positionResampling: PositionResampling? = nil, inputScales: [Float] = [0.7, 1, 1.4], inputSides: [Int] = [],
        attention: Attention = .automatic, valueValueFirstBlock: Int? = nil, layers: [Int] = [],
        windowSides: [Int] = [2, 3], windowsIncludePicture: Bool = true, featureSurgery: Bool = false,
        pictureToken: PictureToken = .normalized, logitScale: Float? = nil, side: Int = 518, smoothing: Float = 4
    ) {
        self.producer = producer
        self.activation = activation
        self.positionResampling = positionResampling
        self.inputScales = inputScales
        self.inputSides = inputSides
        self.attention = attention
        self.valueValueFirstBlock = valueValueFirstBlock
        self.layers = layers
        self.windowSides = windowSides
        self.windowsIncludePicture = windowsIncludePicture
        self.featureSurgery = featureSurgery
        self.pictureToken = pictureToken
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
        try Self.checkNotEmpty("map.inputScales", inputScales)
        for scale in inputScales { try ConfigurationCheck.within("map.inputScales", scale, 0.1...8) }
        for side in inputSides { try ConfigurationCheck.within("map.inputSides", side, 1...Self.largestSide) }
        if let block = valueValueFirstBlock {
            try ConfigurationCheck.within("map.valueValueFirstBlock", block, 1...Int(Int32.max))
        }
        for layer in layers { try ConfigurationCheck.within("map.layers", layer, 1...Int(Int32.max)) }
        try Self.checkNotEmpty("map.windowSides", windowSides)
        for side in windowSides { try ConfigurationCheck.within("map.windowSides", side, 1...Self.largestSide) }
        if featureSurgery && producer != .dense {
            throw .invalidConfiguration(
                field: "map.featureSurgery", value: "true", expected: "false, but for the producer dense")
        }
        if let scale = logitScale { try ConfigurationCheck.above("map.logitScale", scale, 0) }
        try ConfigurationCheck.within("map.side", side, 16...Self.largestSide)
        try ConfigurationCheck.within("map.smoothing", smoothing, 0...Float(side))
    }

    private static func checkNotEmpty<Value>(
        _ field: String, _ list: [Value]
    ) throws(AnomalySegmentationError) {
        if list.isEmpty {
            throw .invalidConfiguration(field: field, value: "[]", expected: "a list with at least one entry")
        }
    }

    private static let largestSide = 4096
}
