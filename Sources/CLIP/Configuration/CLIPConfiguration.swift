public import NeuralNetwork
import Tensors

/// Everything about a CLIP model that its weights alone do not say, or only say through their shapes.
public struct CLIPConfiguration: Hashable, Sendable {
    /// How a picture becomes a grid of vectors.
    public enum PatchEmbedding: Hashable, Sendable {
        /// One convolution whose kernel and stride are the patch (`visual.conv1`, no bias).
        case patches
        /// The first blocks of a network for classification, whose features are added up on the patches' grid
        /// (`visual.trunk`).
        case trunk(TrunkConfiguration)
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

    /// How a picture becomes a grid of vectors.
    public var patchEmbedding = PatchEmbedding.patches
    /// Pixels along a patch's side.
    public var patch: Int
    /// Patches along the side of the square that the position embeddings were trained on.
    public var trainedGrid: Int
    /// Default input side in pixels.
    public var imageSize: Int
    /// Channels of a token of the image tower.
    public var visionWidth: Int
    /// Blocks of the image tower.
    public var visionLayers: Int
    /// Heads of each attention of the image tower.
    public var visionHeads: Int
    /// Hidden channels of a feed-forward part of the image tower.
    public var visionHidden: Int
    /// Width of the space that pictures and texts share.
    public var embedding: Int
    /// Channels of a token of the text tower.
    public var textWidth: Int
    /// Blocks of the text tower.
    public var textLayers = 12
    /// Heads of each attention of the text tower.
    public var textHeads: Int
    /// Hidden channels of a feed-forward part of the text tower.
    public var textHidden: Int
    /// Tokens of a text at most, start and end included.
    public var contextLength = 77
    /// Number of tokens; the last two are start and end.
    public var vocabularySize = 49_408
    /// The nonlinearity of both towers.
    public var activation = Activation.quickGELU
    /// How the trained grid of position embeddings is brought to another grid.
    public var positionResampling = PositionResampling.bicubicAntialiased
    /// Mean of red, green and blue, 0...1.
    public var mean = publishedMean
    /// Standard deviation of red, green and blue, 0...1.
    public var standardDeviation = publishedStandardDeviation
    /// For vectors of whole pictures. Dense features always take a squashed picture.
    public var resizing = Resizing.shortestSideAndCrop
    /// Whether the model was trained to compare its patches with text, so that plain attention gives dense features.
    public var comparesPatchesWithText = false

    /// How many times as wide as the tower the feed-forward parts are, up to ViT-H.
    static let feedForwardFactor = 4

    /// OpenAI's means of red, green and blue, which most published models share.
    public static let publishedMean: [Float] = [0.481_454_66, 0.457_827_5, 0.408_210_73]
    /// OpenAI's standard deviations of red, green and blue, which most published models share.
    public static let publishedStandardDeviation: [Float] = [0.268_629_54, 0.261_302_58, 0.275_777_11]

    /// The sizes that differ between published models. All other properties start as the published ones have them: heads
    /// are 64 wide, feed-forward parts four times as wide as their tower, and the input has the trained grid.
    public init(patch: Int, trainedGrid: Int, visionWidth: Int, visionLayers: Int, embedding: Int, textWidth: Int) {
        self.patch = patch
        self.trainedGrid = trainedGrid
        imageSize = patch * trainedGrid
        self.visionWidth = visionWidth
        self.visionLayers = visionLayers
        visionHeads = visionWidth / Self.publishedHeadWidth
        visionHidden = Self.feedForwardFactor * visionWidth
        self.embedding = embedding
        self.textWidth = textWidth
        textHeads = textWidth / Self.publishedHeadWidth
        textHidden = Self.feedForwardFactor * textWidth
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
