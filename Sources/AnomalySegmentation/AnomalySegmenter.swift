public import CLIP
public import Imaging
import NeuralNetwork
public import SegmentAnything
public import Tensors

/// Finds and outlines defects of a named object, without having seen one: CLIP says where, SAM draws the outline.
///
/// Its only state is the text vectors of the objects that came before. Equal pictures give equal results, whatever came
/// before and on however many threads; one segmenter serves any number of tasks at once.
public struct AnomalySegmenter: Sendable {
    /// The values that it works with.
    public let configuration: AnomalyConfiguration
    let sam: SAMModel
    let producer: any AnomalyMapProducer
    /// Learnt vectors, which hold for every object; nil where sentences make them.
    private let learntVectors: TextVectors?
    private let cache: TextVectorCache

    /// Joins both models by a configuration.
    ///
    /// - Parameters:
    ///   - clip: makes the map. It must have the activation that `configuration.map` asks for.
    ///   - sam: draws the masks.
    ///   - configuration: checked here.
    ///   - mapWeights: the trained weights of the producer that `configuration.map` names, where it needs some: APRIL-GAN's
    ///     adapters or AnomalyCLIP's prompts. They are read here and not needed afterwards.
    ///   - textCache: where text vectors of earlier runs are looked for and those of this one kept. Learnt prompts cost
    ///     next to nothing and are not kept.
    /// - Throws: ``AnomalySegmentationError`` for a value out of its range or not fit for these models, and for weights
    ///   that are missing, not needed or of something else.
    public init(
        clip: CLIPModel, sam: SAMModel, configuration: AnomalyConfiguration = .default,
        mapWeights: (any TensorSource)? = nil, textCache: TextVectorStore? = nil
    ) throws(AnomalySegmentationError) {
        try self.init(
            clip: clip, sam: sam, configuration: configuration, mapWeights: mapWeights,
            cache: TextVectorCache(clip: clip, configuration: configuration.text, store: textCache))
    }

    /// The same; `cache` is of this CLIP and of `configuration.text`, and may serve others too.
    init(
        clip: CLIPModel, sam: SAMModel, configuration: AnomalyConfiguration, mapWeights: (any TensorSource)?,
        cache: TextVectorCache
    ) throws(AnomalySegmentationError) {
        try configuration.validate()
        let chosen = try ChosenProducer(configuration.map, clip: clip, weights: mapWeights)
        producer = chosen.producer
        learntVectors = chosen.vectors
        self.cache = cache
        self.sam = sam
        self.configuration = configuration
    }

    /// The whole path for one picture.
    ///
    /// - Parameters:
    ///   - image: of any size that holds a pixel.
    ///   - object: what the picture shows, in plain English: "magnetic tile".
    ///   - embedding: of this picture, from `SAMModel.embed`, where it is there already: the larger part of the work is
    ///     then saved. Made here when nil.
    /// - Throws: ``AnomalySegmentationError`` for a picture without a pixel, a name that is empty or makes sentences too long
    ///   for CLIP's context, an embedding of a picture of another size or of another model, and weights that give no
    ///   numbers.
    public func segment(
        _ image: Image, object: String, embedding: ImageEmbedding? = nil
    ) throws(AnomalySegmentationError) -> AnomalyResult {
        try segment(image, object: object, embedding: embedding, taps: nil)
    }

    /// The same; `taps` at the root are for observers.
    func segment(
        _ image: Image, object: String, embedding: ImageEmbedding?, taps: ActivationTaps?
    ) throws(AnomalySegmentationError) -> AnomalyResult {
        guard !image.size.isEmpty else { throw .emptyPicture(image.size) }
        if let embedding { try check(embedding, of: image.size) }
        var timings = StageTimings()
        let vectors = try textVectors(for: object, timings: &timings)
        let map = try timings.measure(\.map) { () throws(AnomalySegmentationError) in
            try makeMap(image, vectors, taps: taps?.child("map"))
        }
        return try MapRefinement(map, configuration, taps: taps).result(sam, timings: timings) {
            timings throws(AnomalySegmentationError) in
            if let embedding { return embedding }
            return try timings.measure(\.embedding) { () throws(AnomalySegmentationError) in try embed(image) }
        }
    }

    /// SAM's embedding of a picture.
    func embed(_ image: Image) throws(AnomalySegmentationError) -> ImageEmbedding {
        try AnomalySegmentationError.wrapping { () throws(SAMError) in try sam.embed(image) }
    }

    /// That an embedding is of this model, and of a picture of this size.
    private func check(_ embedding: ImageEmbedding, of picture: ImageSize) throws(AnomalySegmentationError) {
        guard embedding.frame.original == picture else {
            throw .pictureSizesDiffer(map: picture, embedding: embedding.frame.original)
        }
        try AnomalySegmentationError.wrapping { () throws(PromptError) in try sam.check(embedding) }
    }

    /// S alone: what `segment(_:object:embedding:)` starts from. Its parameters and errors are the same.
    public func anomalyMap(_ image: Image, object: String) throws(AnomalySegmentationError) -> AnomalyMap {
        guard !image.size.isEmpty else { throw .emptyPicture(image.size) }
        var timings = StageTimings()
        return try makeMap(image, textVectors(for: object, timings: &timings))
    }

    /// PPG, CPS and fusion for a map and an embedding made before, so that configurations can be compared
    /// without running the encoders again.
    ///
    /// - Parameters:
    ///   - map: from ``anomalyMap(_:object:)``.
    ///   - embedding: of the same picture, from `SAMModel.embed`.
    ///   - configuration: whose points, cascade, fusion and gate are used; nil: this segmenter's own.
    /// - Throws: ``AnomalySegmentationError`` unless both are of one picture and the embedding is of this segmenter's SAM, and
    ///   for a value of `configuration` out of its range.
    public func refine(
        _ map: AnomalyMap, embedding: ImageEmbedding, configuration: AnomalyConfiguration? = nil
    ) throws(AnomalySegmentationError) -> AnomalyResult {
        try configuration?.validate()
        try check(embedding, of: map.pictureRows.size)
        return try MapRefinement(map, configuration ?? self.configuration)
            .result(sam, timings: StageTimings()) { _ throws(AnomalySegmentationError) in embedding }
    }

    /// The two text vectors of an object, from memory where it came before. Learnt prompts have one pair for
    /// all objects.
    package func textVectors(for object: String) throws(AnomalySegmentationError) -> TextVectors {
        var timings = StageTimings()
        return try textVectors(for: object, timings: &timings)
    }

    func textVectors(
        for object: String, timings: inout StageTimings
    ) throws(AnomalySegmentationError) -> TextVectors {
        if let learntVectors { return learntVectors }
        if let known = cache.known(object) { return known }
        return try timings.measure(\.text) { () throws(AnomalySegmentationError) in try cache.vectors(for: object) }
    }

    private func makeMap(
        _ image: Image, _ vectors: TextVectors, taps: ActivationTaps? = nil
    ) throws(AnomalySegmentationError) -> AnomalyMap {
        try AnomalyMap(
            grids: try grids(for: image, between: vectors, taps: taps), picture: image.size,
            configuration: configuration.map, detail: PictureDetail(image), taps: taps)
    }

    /// S of a picture of which CLIP's features are there, or come from elsewhere.
    func anomalyMap(
        of features: some PictureFeatures, picture: ImageSize, object: String, detail: PictureDetail?
    ) throws(AnomalySegmentationError) -> AnomalyMap {
        let vectors = try textVectors(for: object)
        let grids = try AnomalySegmentationError.wrapping { () throws(CLIPError) in
            try producer.grids(of: features, between: vectors, taps: nil)
        }
        return try AnomalyMap(grids: grids, picture: picture, configuration: configuration.map, detail: detail)
    }

    /// What the producer says of a picture.
    func grids(
        for image: Image, between vectors: TextVectors, taps: ActivationTaps? = nil
    ) throws(AnomalySegmentationError) -> [GridMap] {
        try AnomalySegmentationError.wrapping { () throws(CLIPError) in
            try producer.grids(for: image, between: vectors, taps: taps)
        }
    }
}
