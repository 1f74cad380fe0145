public import Imaging
import NeuralNetwork
public import Tensors
import WeightIdentity

/// Segment Anything: embeds a picture once, then predicts masks for any number of prompts.
///
/// Immutable, so one model serves any number of threads.
public struct SAMModel: Sendable {
    /// The sizes of the model and what its input means.
    public let configuration: SAMConfiguration
    /// How the blocks of the image encoder compute their affine maps. The full precision for MobileSAM, which has no other;
    /// attention, convolutions and the mask decoder always have it.
    public let precision: Precision
    /// Where the weights came from, for their fingerprint.
    let weights: any TensorSource
    let imageEncoder: ImageEncoder
    let promptEncoder: PromptEncoder
    let maskDecoder: MaskDecoder

    /// Recognises the weights and takes them: ViT-B, ViT-L, ViT-H and models tuned from those, MobileSAM, and the small
    /// model that comes with Vitrine.
    ///
    /// - Parameters:
    ///   - weights: named as in segment_anything, wrapped by a training program or not.
    ///   - precision: how the image encoder computes where it can; see ``precision``.
    /// - Throws: ``SAMLoadingError``: the weights of another model, or all that is missing, misshapen or left over.
    public init(weights: some TensorSource, precision: Precision = .full) throws(SAMLoadingError) {
        try self.init(weights: weights, precision: precision, shelf: nil)
    }

    /// The same with packed weights that were kept.
    ///
    /// - Parameter shelf: where packed weights are looked for, and where others are noted.
    package init(weights: some TensorSource, precision: Precision, shelf: (any PanelShelf)?) throws(SAMLoadingError) {
        let configuration: SAMConfiguration
        do { configuration = try .detect(from: weights) } catch { throw .configuration(error) }
        try self.init(configuration: configuration, weights: weights, precision: precision, shelf: shelf)
    }

    /// Takes every weight the configuration names, under the names of segment_anything.
    ///
    /// - Throws: ``SAMLoadingError``: a configuration that no model can have, or all that is missing, misshapen or left
    ///   over.
    public init(
        configuration: SAMConfiguration, weights: some TensorSource, precision: Precision = .full
    ) throws(SAMLoadingError) {
        try self.init(configuration: configuration, weights: weights, precision: precision, shelf: nil)
    }

    private init(
        configuration: SAMConfiguration, weights: some TensorSource, precision: Precision, shelf: (any PanelShelf)?
    ) throws(SAMLoadingError) {
        do { try configuration.validate() } catch { throw .configuration(error) }
        let weights = UnwrappedWeights(weights)
        let parts: (ImageEncoder, PromptEncoder, MaskDecoder)
        do throws(WeightError) {
            parts = try WeightScope.load(from: weights, shelf: shelf, ignoring: ImageEncoder.isUnread) { scope in
                (
                    ImageEncoder(
                        scope.child("image_encoder"), configuration: configuration, precision: precision),
                    PromptEncoder(scope.child("prompt_encoder"), configuration: configuration),
                    MaskDecoder(scope.child("mask_decoder"), configuration: configuration)
                )
            }
        } catch {
            throw .weights(error)
        }
        self.configuration = configuration
        if case .vit = parts.0 { self.precision = precision } else { self.precision = .full }
        self.weights = weights
        (imageEncoder, promptEncoder, maskDecoder) = parts
    }

    // MARK: The picture

    /// The picture as the encoder takes it: longest side scaled to the square (bilinear, 8 bits, as Pillow does),
    /// normalised, then padded with zeros on the right and below.
    ///
    /// - Returns: `[3, side, side]`.
    /// - Throws: ``SAMError/emptyPicture(_:)``.
    public func prepare(_ image: Image) throws(SAMError) -> Tensor {
        let frame = try frame(of: image)
        return
            image
            .resized(to: frame.input, filter: .bilinear)
            .normalizedTensor(
                mean: configuration.pixelMean.map { $0 / 255 },
                standardDeviation: configuration.pixelStandardDeviation.map { $0 / 255 }
            )
            .padded(axis: 1, before: 0, after: configuration.side - frame.input.height)
            .padded(axis: 2, before: 0, after: configuration.side - frame.input.width)
    }

    /// Runs the image encoder. This takes seconds for the published sizes; a prompt takes a hundredth of that.
    ///
    /// - Throws: ``SAMError/emptyPicture(_:)``.
    public func embed(_ image: Image) throws(SAMError) -> ImageEmbedding {
        let steps = CancellableSteps(throwing: SAMError.cancelled)
        return ImageEmbedding(features: try imageEncoder(try prepare(image), steps), frame: try frame(of: image))
    }

    /// Where a picture lies in this model's square.
    ///
    /// - Throws: ``SAMError/emptyPicture(_:)``.
    public func frame(of image: Image) throws(SAMError) -> ModelFrame { try frame(of: image.size) }

    /// The same for a picture of this size.
    func frame(of size: ImageSize) throws(SAMError) -> ModelFrame {
        guard !size.isEmpty else { throw .emptyPicture(size) }
        return ModelFrame(original: size, side: configuration.side, patch: configuration.patch)
    }

    // MARK: Prompts

    /// The masks for one prompt.
    ///
    /// - Throws: ``PromptError`` when the prompt has no meaning on this picture, the embedding is of another model, or the
    ///   masks are no numbers.
    public func predict(
        _ embedding: ImageEmbedding, _ prompt: Prompt, masks: MaskCount = .single
    ) throws(PromptError) -> MaskPrediction {
        try predict(embedding, [prompt], masks: masks)[0]
    }

    /// The masks for several prompts of the same kind: equal numbers of points, and boxes and mask logits in all or in
    /// none. The predictions are those of one call for each prompt, and faster.
    ///
    /// - Throws: ``PromptError`` for the first prompt without a meaning on this picture or of another kind, and for masks
    ///   that are no numbers.
    public func predict(
        _ embedding: ImageEmbedding, _ prompts: [Prompt], masks: MaskCount = .single
    ) throws(PromptError) -> [MaskPrediction] {
        guard !prompts.isEmpty else { return [] }
        try check(embedding)
        try check(prompts, on: embedding.frame)
        let decoded = try decode(
            prompts.map { modelPrompt($0, embedding.frame) }, embedding, masks: masks,
            CancellableSteps(throwing: PromptError.cancelled))
        guard decoded.isFinite else { throw .masksNotFinite }
        return predictions(decoded)
    }

    /// The prediction of each prompt.
    func predictions(_ decoded: DecodedMasks) -> [MaskPrediction] {
        (0..<decoded.logits.shape[0]).map { index in
            MaskPrediction(
                logits: decoded.logits.element(index), predictedIoU: decoded.predictedIoU.element(index).values)
        }
    }

    /// The masks for prompts that are known to fit the model and each other.
    func decode<Failure>(
        _ prompts: [ModelPrompt], _ embedding: ImageEmbedding, masks: MaskCount, _ steps: CancellableSteps<Failure>
    ) throws(Failure) -> DecodedMasks {
        let encoded = Profile.layer(promptEncoder.path) { promptEncoder(prompts) }
        return try Profile.layer(maskDecoder.path) { () throws(Failure) -> DecodedMasks in
            try maskDecoder(
                features: embedding.features, position: promptEncoder.densePosition, prompts: encoded, masks: masks,
                steps)
        }
    }

    func modelPrompt(_ prompt: Prompt, _ frame: ModelFrame) -> ModelPrompt {
        ModelPrompt(
            points: prompt.points.map { (frame.modelPoint($0.position), $0.label) },
            box: prompt.box.map { box in
                (
                    frame.modelPoint(ImagePoint(x: Double(box.x0), y: Double(box.y0))),
                    frame.modelPoint(ImagePoint(x: Double(box.x1), y: Double(box.y1)))
                )
            },
            maskLogits: prompt.maskLogits)
    }
}
