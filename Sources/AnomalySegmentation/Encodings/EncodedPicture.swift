import CLIP
import Imaging
import NeuralNetwork
import SegmentAnything
import Tensors
import WeightIdentity

/// What both encoders make of one picture: each part once, when it is first asked for, by however many configurations.
final class EncodedPicture: PictureFeatures {
    /// What decides patches beside the blocks after which they are taken; all of those are made in one pass.
    struct Pass: Hashable, Sendable {
        let side: Int
        let view: PictureView
        let positions: PositionResampling
        let attention: DenseAttention

        init(_ request: DenseRequest) {
            (side, view) = (request.side, request.view)
            (positions, attention) = (request.positions, request.attention)
        }
    }

    private let computed: ComputedFeatures
    private let sam: SAMModel
    private let layers: [Pass: Set<Int>]
    private let kept: KeptEncodings?
    private var densePasses: [Pass: DenseFeatures] = [:]
    private var windowPasses: [WindowRequest: WindowFeatures] = [:]
    private var samEmbedding: ImageEmbedding?

    /// - Parameters:
    ///   - layers: all blocks that will be asked for, by pass.
    ///   - kept: where encodings are looked for and kept; nil for nowhere.
    init(_ image: Image, clip: CLIPModel, sam: SAMModel, layers: [Pass: Set<Int>], kept: KeptEncodings?) {
        computed = ComputedFeatures(clip: clip, image: image)
        self.sam = sam
        self.layers = layers
        self.kept = kept
    }

    func dense(_ request: DenseRequest) throws(CLIPError) -> DenseFeatures {
        let pass = Pass(request)
        if let known = densePasses[pass] { return known.keeping(request.layers) }
        let made = try made(pass, (layers[pass] ?? []).union(request.layers))
        densePasses[pass] = made
        return made.keeping(request.layers)
    }

    private func made(_ pass: Pass, _ layers: Set<Int>) throws(CLIPError) -> DenseFeatures {
        func features(_ layers: Set<Int>) throws(CLIPError) -> DenseFeatures {
            try computed.dense(
                DenseRequest(
                    side: pass.side, view: pass.view, positions: pass.positions, attention: pass.attention,
                    layers: layers.sorted()))
        }
        guard let kept else { return try features(layers) }
        let there = kept.dense(pass, clip: computed.clip)
        if let there, layers.isSubset(of: there.layers.map(\.index)) { return there }
        let union = layers.union(there?.layers.map(\.index) ?? [])
        return kept.keep(try features(union), pass, clip: computed.clip)
    }

    func windows(_ request: WindowRequest) throws(CLIPError) -> WindowFeatures {
        if let found = windowPasses[request] ?? kept?.windows(request, clip: computed.clip) {
            windowPasses[request] = found
            return found
        }
        let made = try computed.windows(request)
        let found = kept?.keep(made, request) ?? made
        windowPasses[request] = found
        return found
    }

    func embedding() throws(SAMError) -> ImageEmbedding {
        if let samEmbedding { return samEmbedding }
        let found: ImageEmbedding
        if let there = kept?.embedding {
            found = there
        } else {
            let made = try sam.embed(computed.image)
            found = kept?.keep(made) ?? made
        }
        samEmbedding = found
        return found
    }
}
