import Tensors

/// Everything about a CLIP model that its weights alone do not say, or only say through their shapes.
public struct CLIPConfiguration: Hashable, Sendable {
    /// How a picture becomes a grid of vectors.
    public enum PatchEmbedding: Hashable, Sendable {
        /// One convolution whose kernel and stride are the patch (`visual.conv1`, no bias).
        case patches
        /// 3 x 3 convolutions of stride 2 with exact GELU between them (`visual.stem.<n>`); these are their output
        /// channels, and the last number is the tower's width.
        case stem([Int])
    }

    /// The nonlinearity of both towers. The wrong one still gives plausible and worse results.
    public enum Activation: String, Hashable, Sendable, Codable, CaseIterable {
        /// `x sigmoid(1.702 x)`: OpenAI's weights, and open_clip models whose name says quickgelu.
        case quickGELU = "quickgelu"
        /// Exact GELU: LAION's weights and the small ones.
        case gelu
    }

    /// How a picture of any shape becomes the square that the model takes. Both resample as Pillow's bicubic does.
    public enum Resizing: String, Hashable, Sendable {
        /// Both sides to the model's side; the aspect ratio is not kept, and nothing is cut off.
        case squash
        /// The shorter side to the model's side, then the middle square: the reference for classification.
        case shortestSideAndCrop = "crop"
    }

    public var patchEmbedding: PatchEmbedding
    /// Pixels along a patch's side.
    public var patch: Int
    /// Patches along the side of the square that the position embeddings were trained on.
    public var trainedGrid: Int
    /// Default input side in pixels.
    public var imageSize: Int
    public var visionWidth: Int
    public var visionLayers: Int
    public var visionHeads: Int
    /// Width of the feed-forward layers of the image tower.
    public var visionHidden: Int
    /// Width of the space that pictures and texts share.
    public var embedding: Int
    public var textWidth: Int
    public var textLayers: Int
    public var textHeads: Int
    /// Width of the feed-forward layers of the text tower.
    public var textHidden: Int
    /// Tokens of a text at most, start and end included.
    public var contextLength: Int
    /// Number of tokens; the last two are start and end.
    public var vocabularySize: Int
    public var activation: Activation
    /// How the trained grid of position embeddings is brought to another grid.
    public var positionResampling = PositionResampling.bicubicAntialiased
    /// Mean of red, green and blue, 0...1.
    public var mean: [Float]
    /// Standard deviation of red, green and blue, 0...1.
    public var standardDeviation: [Float]
    /// For vectors of whole pictures; what is found in places always takes a squashed picture.
    public var resizing: Resizing
    /// Whether the model was trained to compare its patches with text, so that plain attention gives dense features.
    public var comparesPatchesWithText = false

    /// How many times as wide as the tower the feed-forward layers are, up to ViT-H.
    static let feedForwardFactor = 4

    /// OpenAI's means and deviations, which most published models share.
    public static let publishedMean: [Float] = [0.481_454_66, 0.457_827_5, 0.408_210_73]
    public static let publishedStandardDeviation: [Float] = [0.268_629_54, 0.261_302_58, 0.275_777_11]

    public init(
        patchEmbedding: PatchEmbedding = .patches, patch: Int, trainedGrid: Int, imageSize: Int? = nil,
        visionWidth: Int, visionLayers: Int, visionHeads: Int? = nil, visionHidden: Int? = nil, embedding: Int,
        textWidth: Int, textLayers: Int = 12, textHeads: Int? = nil, textHidden: Int? = nil,
        contextLength: Int = 77, vocabularySize: Int = 49_408, activation: Activation = .quickGELU,
        mean: [Float] = publishedMean,
        standardDeviation: [Float] = publishedStandardDeviation, resizing: Resizing = .shortestSideAndCrop
    ) {
        self.patchEmbedding = patchEmbedding
        self.patch = patch
        self.trainedGrid = trainedGrid
        self.imageSize = imageSize ?? patch * trainedGrid
        self.visionWidth = visionWidth
        self.visionLayers = visionLayers
        self.visionHeads = visionHeads ?? visionWidth / Self.publishedHeadWidth
        self.visionHidden = visionHidden ?? Self.feedForwardFactor * visionWidth
        self.embedding = embedding
        self.textWidth = textWidth
        self.textLayers = textLayers
        self.textHeads = textHeads ?? textWidth / Self.publishedHeadWidth
        self.textHidden = textHidden ?? Self.feedForwardFactor * textWidth
        self.contextLength = contextLength
        self.vocabularySize = vocabularySize
        self.activation = activation
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.resizing = resizing
    }

    /// The width of a head in both towers of every published size up to ViT-L.
    static let publishedHeadWidth = 64

    /// The activation as tensors know it.
    var tensorActivation: Tensor.Activation {
        switch activation {
        case .quickGELU: .quickGELU
        case .gelu: .gelu
        }
    }
}
