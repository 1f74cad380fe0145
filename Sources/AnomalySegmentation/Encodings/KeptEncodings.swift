import CLIP
import Imaging
import NeuralNetwork
import SegmentAnything
import Tensors
import WeightIdentity

/// Which weights encode.
struct EncoderIdentity: Sendable {
    let clip: WeightFingerprint
    let sam: WeightFingerprint

    /// - Throws: ``AnomalySegmentationError/samUnreadable(_:)``.
    init(clip: CLIPModel, sam: SAMModel) throws(AnomalySegmentationError) {
        self.clip = clip.imageFingerprint
        do throws(WeightError) { self.sam = try sam.imageEncoderFingerprint() } catch { throw .samUnreadable(error) }
    }
}

/// The entries of one picture in a store.
struct KeptEncodings {
    private let store: EncodingStore
    private let identity: EncoderIdentity
    private let key: ImageEmbeddingKey

    /// Changes when the way from pixels to features does.
    private static let version = 1

    /// - Throws: `SAMError.emptyPicture`.
    init(
        _ store: EncodingStore, _ identity: EncoderIdentity, sam: SAMModel, picture: Image
    ) throws(SAMError) {
        self.store = store
        self.identity = identity
        key = try ImageEmbeddingKey(sam, weights: identity.sam, picture: picture)
        store.countPicture()
    }

    private func text(_ encoder: String, _ settings: String) -> String {
        [
            "vitrine encodings \(Self.version)", encoder,
            "pixels \(key.pixels) \(key.frame.original)", settings,
        ].joined(separator: "\n")
    }

    /// Nothing for an upright picture, so that entries from before there were views are still found.
    private static func text(_ view: PictureView) -> String { view == .upright ? "" : " \(view.rawValue)" }

    // MARK: CLIP's patches

    private func text(_ pass: EncodedPicture.Pass) -> String {
        let attention =
            switch pass.attention {
            case .ordinary: "ordinary"
            case .valueValue(let block): "value-value from block \(block)"
            }
        return text(
            "clip \(identity.clip)",
            "patches, side \(pass.side)\(Self.text(pass.view)), positions \(pass.positions.rawValue), attention \(attention)"
        )
    }

    private static let tokensName = "tokens."

    /// The patches of a pass, after the blocks that were kept.
    func dense(_ pass: EncodedPicture.Pass, clip: CLIPModel) -> DenseFeatures? {
        let configuration = clip.configuration
        let grid = pass.side / configuration.patch
        let found = store.tensors(for: text(pass)) { names in
            let layers = names.compactMap { name in
                name.hasPrefix(Self.tokensName) ? Int(name.dropFirst(Self.tokensName.count)) : nil
            }
            guard !layers.isEmpty, layers.allSatisfy({ (1...configuration.visionLayers).contains($0) }) else {
                return nil
            }
            return [("class", [configuration.embedding]), ("class.raw", [configuration.embedding])]
                + layers.sorted().map { ("\(Self.tokensName)\($0)", [grid * grid, configuration.visionWidth]) }
        }
        return found.map { Self.features($0, grid: (grid, grid), clip) }
    }

    /// Keeps the patches of a pass, and gives them back as they will be found.
    func keep(_ features: DenseFeatures, _ pass: EncodedPicture.Pass, clip: CLIPModel) -> DenseFeatures {
        let tensors =
            [("class", features.classToken), ("class.raw", features.rawClassToken)]
            + features.layers.map { ("\(Self.tokensName)\($0.index)", $0.tokens) }
        return Self.features(
            store.keep(tensors, for: text(pass)), grid: (features.gridHeight, features.gridWidth), clip)
    }

    private static func features(
        _ tensors: [(name: String, tensor: Tensor)], grid: (height: Int, width: Int), _ clip: CLIPModel
    ) -> DenseFeatures {
        clip.denseFeatures(
            gridHeight: grid.height, gridWidth: grid.width, classToken: tensors[0].tensor,
            rawClassToken: tensors[1].tensor,
            layers: tensors[2...].compactMap { name, tokens in
                Int(name.dropFirst(tokensName.count)).map { ($0, tokens) }
            })
    }

    // MARK: CLIP's windows

    private func text(_ request: WindowRequest) -> String {
        text(
            "clip \(identity.clip)",
            "windows \(request.windows), side \(request.side)\(Self.text(request.view)), positions \(request.positions.rawValue)"
        )
    }

    private func names(_ request: WindowRequest) -> [String] {
        ["class"] + request.windows.indices.map { "windows.\($0)" }
    }

    /// The windows at one size.
    func windows(_ request: WindowRequest, clip: CLIPModel) -> WindowFeatures? {
        let width = clip.configuration.embedding
        let grid = request.side / clip.configuration.patch
        let found = store.tensors(for: text(request)) { _ in
            zip(
                names(request), [[width]] + request.windows.map { [(grid - $0 + 1) * (grid - $0 + 1), width] }
            ).map { ($0, $1) }
        }
        return found.map { Self.features($0, request, grid: (grid, grid)) }
    }

    /// Keeps the windows at one size, and gives them back as they will be found.
    func keep(_ features: WindowFeatures, _ request: WindowRequest) -> WindowFeatures {
        let tensors = zip(names(request), [features.classToken] + features.scales.map(\.windows)).map { ($0, $1) }
        return Self.features(
            store.keep(tensors, for: text(request)), request, grid: (features.gridHeight, features.gridWidth))
    }

    private static func features(
        _ tensors: [(name: String, tensor: Tensor)], _ request: WindowRequest, grid: (height: Int, width: Int)
    ) -> WindowFeatures {
        WindowFeatures(
            gridHeight: grid.height, gridWidth: grid.width, classToken: tensors[0].tensor,
            windows: zip(request.windows, tensors.dropFirst()).map { ($0, $1.tensor) })
    }

    // MARK: SAM's embedding

    private var samText: String { text("sam \(identity.sam)", key.preparation) }

    /// SAM's embedding.
    var embedding: ImageEmbedding? {
        store.tensors(for: samText) { _ in [("features", key.shape)] }
            .map { ImageEmbedding(features: $0[0].tensor, frame: key.frame) }
    }

    /// Keeps SAM's embedding, and gives it back as it will be found.
    func keep(_ embedding: ImageEmbedding) -> ImageEmbedding {
        ImageEmbedding(
            features: store.keep([("features", embedding.features)], for: samText)[0].tensor, frame: key.frame)
    }
}
