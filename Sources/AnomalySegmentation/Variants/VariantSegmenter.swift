public import CLIP
public import Imaging
import NeuralNetwork
public import SegmentAnything
public import Tensors

/// What one variant makes of a picture.
public struct VariantResult: Sendable {
    /// The final map, at the picture's own size.
    public let scores: ScoreMap
    /// The score of the picture as a whole, 0...1.
    public let score: Float
    /// With points, masks and their reasons; nil for a map alone.
    public let result: AnomalyResult?
}

/// Looks at pictures in several ways at once. What variants have in common is done once a picture: encodings, maps, points
/// and masks.
///
/// Each variant's result is, to the bit, what an ``AnomalySegmenter`` of its configuration gives, unless encodings are kept:
/// those are rounded to half floats, see ``EncodingStore``.
public struct VariantSegmenter: Sendable {
    /// In the order in which results come.
    public let variants: [AnomalyVariant]
    private let clip: CLIPModel
    private let sam: SAMModel
    /// Of the maps that the variants need, each once.
    private let segmenters: [AnomalySegmenter]
    /// For each variant the index of its segmenter.
    private let owners: [Int]
    private let layers: [EncodedPicture.Pass: Set<Int>]
    private let encodings: (store: EncodingStore, identity: EncoderIdentity)?

    /// All that decides the map S.
    private struct MapKey: Hashable {
        let text: TextPromptConfiguration
        let map: AnomalyMapConfiguration

        init(_ configuration: AnomalyConfiguration) { (text, map) = (configuration.text, configuration.map) }
    }

    /// All that decides the masks, on a map.
    private struct MaskKey: Hashable {
        let map: MapKey
        let affinity: AffinityConfiguration?
        let points: PointPromptConfiguration
        let cascade: CascadeConfiguration
        let promptGate: Float

        init(_ configuration: AnomalyConfiguration) {
            map = MapKey(configuration)
            affinity = configuration.affinity
            (points, cascade) = (configuration.points, configuration.cascade)
            promptGate = configuration.promptGate
        }

        /// Whether S is smoothed in the same way.
        func smoothsAlike(_ other: MaskKey) -> Bool {
            map == other.map && affinity == other.affinity && points.centersFeatures == other.points.centersFeatures
        }
    }

    /// - Parameters:
    ///   - clip: makes the maps. It must have the activation that each variant's configuration asks for.
    ///   - sam: draws the masks.
    ///   - variants: each with a name of its own; their configurations are checked here.
    ///   - mapWeights: trained weights for the variants whose map needs some.
    ///   - textCache: where text vectors are looked for and kept.
    ///   - encodings: where encodings are looked for and kept.
    /// - Throws: ``AnomalySegmentationError`` as `AnomalySegmenter.init`, and for names that are not all different.
    public init(
        clip: CLIPModel, sam: SAMModel, variants: [AnomalyVariant], mapWeights: (any TensorSource)? = nil,
        textCache: TextVectorStore? = nil, encodings: EncodingStore? = nil
    ) throws(AnomalySegmentationError) {
        var names: Set<String> = [""]
        for variant in variants where !names.insert(variant.name).inserted {
            throw .variantNames(repeated: variant.name)
        }
        var segmenters: [AnomalySegmenter] = []
        var owners: [Int] = []
        var known: [MapKey: Int] = [:]
        var caches: [TextPromptConfiguration: TextVectorCache] = [:]
        var layers: [EncodedPicture.Pass: Set<Int>] = [:]
        for variant in variants {
            let configuration = variant.configuration
            try configuration.validate()
            let key = MapKey(configuration)
            owners.append(known[key] ?? segmenters.count)
            if known[key] != nil { continue }
            known[key] = segmenters.count
            let cache =
                caches[configuration.text]
                ?? TextVectorCache(clip: clip, configuration: configuration.text, store: textCache)
            caches[configuration.text] = cache
            let segmenter = try AnomalySegmenter(
                clip: clip, sam: sam, configuration: configuration,
                mapWeights: configuration.map.producer.needsWeights ? mapWeights : nil, cache: cache)
            for request in segmenter.producer.denseRequests {
                layers[EncodedPicture.Pass(request), default: []].formUnion(request.layers)
            }
            segmenters.append(segmenter)
        }
        self.variants = variants
        self.clip = clip
        self.sam = sam
        self.segmenters = segmenters
        self.owners = owners
        self.layers = layers
        if let encodings {
            self.encodings = (encodings, try EncoderIdentity(clip: clip, sam: sam))
        } else {
            self.encodings = nil
        }
    }

    /// Makes the text vectors of an object for all maps, so that a name that does not fit is found before the first picture.
    package func prepare(for object: String) throws(AnomalySegmentationError) {
        for segmenter in segmenters { _ = try segmenter.textVectors(for: object) }
    }

    /// Looks at one picture in all ways.
    ///
    /// - Parameters:
    ///   - image: of any size that holds a pixel.
    ///   - object: what the picture shows, in plain English.
    ///   - body: gets each variant's result, in the order of ``variants``. What it throws ends the work.
    /// - Throws: ``AnomalySegmentationError`` as `AnomalySegmenter.segment`, and what `body` throws.
    public func forEachResult(
        _ image: Image, object: String, _ body: (AnomalyVariant, VariantResult) throws -> Void
    ) throws {
        var picture = try Picture(self, image, object)
        for (variant, owner) in zip(variants, owners) {
            try body(variant, try picture.result(of: variant, owner: owner))
        }
    }

    /// One picture on its way through the variants.
    private struct Picture {
        let segmenter: VariantSegmenter
        let size: ImageSize
        let detail: PictureDetail
        let object: String
        let encoded: EncodedPicture
        /// By the segmenter that made them.
        var maps: [Int: AnomalyMap] = [:]
        var masks: [MaskKey: MapRefinement.Masks] = [:]

        init(_ segmenter: VariantSegmenter, _ image: Image, _ object: String) throws(AnomalySegmentationError) {
            guard !image.size.isEmpty else { throw .emptyPicture(image.size) }
            var kept: KeptEncodings?
            if let (store, identity) = segmenter.encodings {
                kept = try AnomalySegmentationError.wrapping { () throws(SAMError) in
                    try KeptEncodings(store, identity, sam: segmenter.sam, picture: image)
                }
            }
            self.segmenter = segmenter
            self.object = object
            size = image.size
            detail = PictureDetail(image)
            encoded = EncodedPicture(
                image, clip: segmenter.clip, sam: segmenter.sam, layers: segmenter.layers, kept: kept)
        }

        mutating func result(
            of variant: AnomalyVariant, owner: Int
        ) throws(AnomalySegmentationError) -> VariantResult {
            let configuration = variant.configuration
            let map = try map(by: owner)
            if variant.isMapAlone {
                let scores = map.pictureMap
                return VariantResult(
                    scores: scores, score: map.pictureScore(scores, configuration.fusion), result: nil)
            }
            let refinement = try MapRefinement(map, configuration)
            let result = refinement.result(
                of: try masks(refinement, configuration), configuration.fusion, timings: StageTimings())
            return VariantResult(scores: result.fusedMap, score: result.score, result: result)
        }

        private mutating func map(by owner: Int) throws(AnomalySegmentationError) -> AnomalyMap {
            if let known = maps[owner] { return known }
            let map = try segmenter.segmenters[owner].anomalyMap(
                of: encoded, picture: size, object: object, detail: detail)
            maps[owner] = map
            return map
        }

        private mutating func masks(
            _ refinement: MapRefinement, _ configuration: AnomalyConfiguration
        ) throws(AnomalySegmentationError) -> MapRefinement.Masks {
            let key = MaskKey(configuration)
            if let known = masks[key] { return known }
            var timings = StageTimings()
            let encoded = encoded
            let smoothed = masks.first { $0.key.smoothsAlike(key) && $0.value.smoothedMap != nil }?.value.smoothedMap
            let found = try refinement.masks(segmenter.sam, smoothed: smoothed, timings: &timings) {
                _ throws(AnomalySegmentationError) in
                try AnomalySegmentationError.wrapping { () throws(SAMError) in try encoded.embedding() }
            }
            masks[key] = found
            return found
        }
    }
}
