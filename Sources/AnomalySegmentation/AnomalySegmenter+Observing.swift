public import Imaging
public import NeuralNetwork
public import SegmentAnything
import Tensors

extension AnomalySegmenter {
    /// All values of the way from map to mask that ``segment(_:object:embedding:observing:editing:)`` can observe and edit
    /// for a picture of this size, in the order of the computation.
    ///
    /// Groups and stages are listed as far as the configuration allows. A picture with fewer has fewer values, and one
    /// without a pixel has none.
    public func activations(for picture: ImageSize) -> [NamedShape] {
        if picture.isEmpty { return [] }
        let side = configuration.map.side
        let (square, whole): (Shape, Shape) = ([side, side], [picture.height, picture.width])
        let frame = ModelFrame(original: picture, side: sam.configuration.side, patch: sam.configuration.patch)
        let lowResolution = sam.configuration.lowResolutionSide
        let stages = (1...configuration.cascade.stageCount).flatMap { stage in
            let masks = configuration.cascade.multimaskByStage[stage - 1] ? sam.configuration.maskTokens - 1 : 1
            return [
                NamedShape("stages.\(stage).predicted_iou", [masks]),
                NamedShape("stages.\(stage).logits", [masks, lowResolution, lowResolution]),
            ]
        }
        let points =
            [NamedShape("similarity", [frame.validRows, frame.validColumns]), NamedShape("ring", square)]
            + (configuration.points.negativeCount > 0 ? [NamedShape("cost", square)] : [])
        let groups = 0..<configuration.points.groupLimit
        return (producer.activations + [NamedShape("square", square), NamedShape("picture", whole)]).under("map")
            + (configuration.affinity == nil ? [] : [NamedShape("affinity.square", square)])
            + [NamedShape("points.heat", square), NamedShape("points.threshold", [])]
            + groups.flatMap { points.under("groups.\($0)") } + groups.flatMap { stages.under("groups.\($0)") }
            + ridges(of: picture)
    }

    private func ridges(of picture: ImageSize) -> [NamedShape] {
        if configuration.ridges == nil || configuration.fusion.mode == .clip { return [] }
        let raster = PictureDetail.size(of: picture)
        return [NamedShape("ridges.weights", [raster.height, raster.width])]
    }

    /// The whole path for one picture, with values that are kept or replaced on the way.
    ///
    /// Names are those of ``activations(for:)``: the map by input and block, S, S smoothed, n, the cut, and for each group of points
    /// the similarity to SAM's features, the ring, the candidates' costs, and the logits and predicted IoU of each stage; at
    /// last what each pixel keeps for its lines. In a name `*` stands for any text. A value that this picture does not need, such as
    /// those of a third group, is absent.
    ///
    /// - Parameters:
    ///   - image: of any size that holds a pixel.
    ///   - object: what the picture shows.
    ///   - embedding: as for `segment(_:object:embedding:)`.
    ///   - observing: names or patterns of the values that come back.
    ///   - editing: by name or pattern, what replaces a value before the computation goes on with it.
    /// - Throws: ``AnomalySegmentationError`` as `segment(_:object:embedding:)`, with `.activation` for what cannot be
    ///   observed or edited.
    public func segment(
        _ image: Image, object: String, embedding: ImageEmbedding? = nil, observing: [String],
        editing: [String: ActivationEdit] = [:]
    ) throws(AnomalySegmentationError) -> Observed<AnomalyResult> {
        guard !image.size.isEmpty else { throw .emptyPicture(image.size) }
        let seen: Observed<Result<AnomalyResult, AnomalySegmentationError>>
        do throws(ActivationError) {
            seen = try ActivationTaps.observe(observing, of: activations(for: image.size), editing: editing) { taps in
                Result { () throws(AnomalySegmentationError) in
                    try segment(image, object: object, embedding: embedding, taps: taps)
                }
            }
        } catch {
            throw .activation(error)
        }
        return Observed(output: try seen.output.get(), activations: seen.activations)
    }
}

extension PointPromptConfiguration {
    /// How many groups there can be.
    var groupLimit: Int {
        switch grouping {
        case .perComponent(let limit): limit
        case .joint: 1
        }
    }
}

extension ScoreMap {
    /// The map as an observer saw it, `[height, width]`, and may have replaced it.
    func handed(to taps: ActivationTaps?, _ name: String) -> ScoreMap {
        guard let taps, taps.asks(name) else { return self }
        return ScoreMap(size: size, values: taps(name, Tensor(values, shape: [size.height, size.width])).values)
    }
}
