public import CLIP

/// How CLIP's patches become the map S.
public struct AnomalyMapConfiguration: Hashable, Sendable, Codable, ConfigurationPart {
    /// What is compared with the texts.
    public enum Producer: Hashable, Sendable, Codable {
        /// Every patch of chosen layers, no training: CLIP Surgery, or a model trained to compare patches with text.
        ///
        /// With `featureSurgery`, what both texts have in common is taken away in place of a softmax.
        case dense(patches: PatchComparison = PatchComparison(), featureSurgery: Bool = false)
        /// Every window of a few patches, each through the whole image tower, no training: WinCLIP.
        ///
        /// `sides` are in patches; their maps are averaged harmonically. k. With `includesPicture`, the score of the whole
        /// picture counts in every place, as one more size.
        case windows(sides: [Int] = [2, 3], includesPicture: Bool = true)
        /// Patches of several layers, each through a trained linear map: APRIL-GAN.
        ///
        /// `layers` are blocks from 1, as many as there are adapters; empty: evenly over the tower.
        case adapters(layers: [Int] = [])
        /// Patches as for `dense`, with trained vectors in the place of the sentences: AnomalyCLIP.
        case learntPrompts(patches: PatchComparison = PatchComparison())
    }

    /// Sizes at which CLIP sees the picture; their maps are averaged. Small defects show in the larger, broad ones in the
    /// smaller. At least one.
    public enum Inputs: Hashable, Sendable, Codable {
        /// Multiples of the model's own side, each rounded to whole patches.
        case scales(ofModelSide: [Float])
        /// Sides in pixels, which must be whole patches.
        case sides(pixels: [Int])
    }

    /// What is compared with the texts.
    public var producer = Producer.dense()
    /// The activation that CLIP must have been loaded with, because trained weights fit its features only; nil: any.
    public var activation: CLIPConfiguration.Activation?
    /// How position embeddings are brought to other sizes than the trained one; nil: as CLIP was loaded.
    public var positionResampling: PositionResampling?
    /// Sizes at which CLIP sees the picture.
    public var inputs = Inputs.scales(ofModelSide: [1.4, 1, 0.7, 0.7])
    /// Which way round it sees the picture at each of these, in their order, and from the first view again where there are
    /// more sizes; nil: upright at all of them. At least one.
    public var views: [PictureView]? = [.upright, .turned, .mirrored, .flipped]
    /// What cosines are multiplied by before the softmax; nil: the model's own. beta, or 1 / tau
    public var logitScale: Float?
    /// Side of the square raster on which the map is smoothed and points are found; pixels.
    public var side = AnomalyMapConfiguration.standardSide
    /// Standard deviation of the Gaussian that smooths the map; pixels of its raster. sigma
    public var smoothing: Float = 4

    /// The defaults.
    public init() {}

    /// The side of the published methods' maps in pixels: 37 patches of 14 px.
    static let standardSide = 518

    /// The sides for a model, in pixels.
    func sides(modelSide: Int, patch: Int) -> [Int] {
        switch inputs {
        case .sides(let pixels): pixels
        case .scales(let scales):
            scales.map { max(patch, Int((Float(modelSide) * $0 / Float(patch)).rounded()) * patch) }
        }
    }

    /// The view of the input with this index.
    func view(ofInput index: Int) -> PictureView { views.map { $0[index % $0.count] } ?? .upright }

    func validate() throws(AnomalySegmentationError) {
        let check = ConfigurationCheck("map")
        if let views { try check.notEmpty("views", views) }
        switch inputs {
        case .scales(let scales):
            try check.notEmpty("inputs.ofModelSide", scales)
            for scale in scales { try check.number("inputs.ofModelSide", scale, in: 0.1...8) }
        case .sides(let sides):
            try check.notEmpty("inputs.pixels", sides)
            for side in sides { try check.count("inputs.pixels", side, in: 1...Self.largestSide) }
        }
        switch producer {
        case .dense(let patches, _), .learntPrompts(let patches):
            if case .valueValue(let block?) = patches.attention {
                try check.count("producer.patches.attention.firstBlock", block, in: 1...Int(Int32.max))
            }
            for layer in patches.layers { try check.count("producer.patches.layers", layer, in: 1...Int(Int32.max)) }
        case .adapters(let layers):
            for layer in layers { try check.count("producer.layers", layer, in: 1...Int(Int32.max)) }
        case .windows(let sides, _):
            try check.notEmpty("producer.sides", sides)
            for side in sides { try check.count("producer.sides", side, in: 1...Self.largestSide) }
        }
        if let logitScale { try check.positive("logitScale", logitScale) }
        try check.count("side", side, in: 16...Self.largestSide)
        try check.number("smoothing", smoothing, in: 0...Float(side))
    }

    private static let largestSide = 4096
}

/// Which patches are compared with the texts, one by one.
public struct PatchComparison: Hashable, Sendable, Codable {
    /// How patches look at each other in the last blocks.
    public enum Attention: Hashable, Sendable, Codable {
        /// Ordinary for a model that says its patches were trained to be compared with text, else V-V.
        case automatic
        /// As the model was trained.
        case ordinary
        /// V-V from this block on, counted from 1; nil: in the last six. Matches CLIP Surgery. d
        case valueValue(firstBlock: Int? = nil)
    }

    /// Which vector stands for the picture as a whole.
    public enum PictureToken: String, Hashable, Sendable, Codable {
        /// The class token after the last norm and the projection, as CLIP was trained.
        case normalized
        /// The projection alone, as in AnomalyCLIP's published code.
        case raw
    }

    /// How patches look at each other in the last blocks.
    public var attention: Attention
    /// Blocks whose patches are compared with the text, from 1; their maps are averaged. Empty: the last.
    public var layers: [Int]
    /// Which vector stands for the picture as a whole.
    public var pictureToken: PictureToken

    /// The patches of `layers`, seen through `attention`.
    public init(attention: Attention = .automatic, layers: [Int] = [], pictureToken: PictureToken = .normalized) {
        self.attention = attention
        self.layers = layers
        self.pictureToken = pictureToken
    }
}
