public import Imaging
public import NeuralNetwork
public import Tensors

extension SAMModel {
    // MARK: The picture

    /// All activations of the image encoder that ``embed(_:observing:editing:)`` can observe and edit, in the order of the
    /// computation.
    public var imageActivations: [NamedShape] { imageEncoder.activations.under("image_encoder") }

    /// The embedding of a picture, with activations that are kept or replaced on the way.
    ///
    /// Names are those of ``imageActivations``: the paths of segment_anything's modules, or MobileSAM's. In a name `*`
    /// stands for any text. What is not asked for is computed as ever. A block in which something is asked for is computed
    /// step by step; its result is the same but for rounding.
    ///
    /// - Parameters:
    ///   - image: as for `embed(_:)`.
    ///   - observing: names or patterns of the activations that come back.
    ///   - editing: by name or pattern, what replaces an activation before the computation goes on with it.
    /// - Throws: ``SAMError``, with `.activation` for what cannot be observed or edited.
    public func embed(
        _ image: Image, observing: [String], editing: [String: ActivationEdit] = [:]
    ) throws(SAMError) -> Observed<ImageEmbedding> {
        let frame = try frame(of: image)
        return try encode(prepare(image), observing: observing, editing: editing)
            .map { ImageEmbedding(features: $0, frame: frame) }
    }

    /// The same for pixels that were prepared before, as for ``encode(_:)``.
    ///
    /// - Throws: ``SAMError``, with `.activation` for what cannot be observed or edited.
    public func encode(
        _ pixels: Tensor, observing: [String], editing: [String: ActivationEdit] = [:]
    ) throws(SAMError) -> Observed<Tensor> {
        try checkSquare(pixels)
        do throws(ActivationError) {
            return try ActivationTaps.observe(observing, of: imageActivations, editing: editing) { taps in
                imageEncoder(pixels, taps: taps.child("image_encoder"))
            }
        } catch {
            throw .activation(error)
        }
    }

    // MARK: Prompts

    /// All activations of the prompt encoder and the mask decoder that ``predict(_:_:masks:observing:editing:)`` can
    /// observe and edit for these prompts, in the order of the computation.
    ///
    /// - Parameter prompts: of the same kind; their number, their points and what they have tell the shapes.
    public func promptActivations(for prompts: [Prompt]) -> [NamedShape] {
        guard let first = prompts.first else { return [] }
        let tokens = PromptEncoder.sparseTokens(points: first.points.count, hasBox: first.box != nil)
        return promptEncoder.activations(prompts: prompts.count, tokens: tokens, hasMasks: first.maskLogits != nil)
            .under("prompt_encoder")
            + maskDecoder.activations(prompts: prompts.count, promptTokens: tokens).under("mask_decoder")
    }

    /// The masks for prompts of the same kind, with activations that are kept or replaced on the way.
    ///
    /// Names are those of ``promptActivations(for:)``. If anything is asked for, prompts are encoded and masks decoded step
    /// by step, all prompts together; the masks are the same but for rounding.
    ///
    /// - Parameters:
    ///   - embedding: of the picture.
    ///   - prompts: any number of the same kind, with a meaning on this picture.
    ///   - masks: how many of each prompt come back. Observers see all of them.
    ///   - observing: names or patterns of the activations that come back.
    ///   - editing: by name or pattern, what replaces an activation before the computation goes on with it.
    /// - Throws: ``PromptError`` as the door without observers, masks that are no numbers included; `.activation` for what
    ///   cannot be observed or edited.
    public func predict(
        _ embedding: ImageEmbedding, _ prompts: [Prompt], masks: MaskCount = .single, observing: [String],
        editing: [String: ActivationEdit] = [:]
    ) throws(PromptError) -> Observed<[MaskPrediction]> {
        try check(embedding)
        try check(prompts, on: embedding.frame)
        let modelPrompts = prompts.map { modelPrompt($0, embedding.frame) }
        let seen: Observed<DecodedMasks?>
        do throws(ActivationError) {
            seen = try ActivationTaps.observe(observing, of: promptActivations(for: prompts), editing: editing) {
                prompts.isEmpty ? nil : decode(modelPrompts, embedding, masks: masks, taps: $0)
            }
        } catch {
            throw .activation(error)
        }
        guard seen.output?.isFinite ?? true else { throw .masksNotFinite }
        return seen.map { $0.map(predictions) ?? [] }
    }

    /// ``decode(_:_:masks:_:)`` for observers.
    func decode(
        _ prompts: [ModelPrompt], _ embedding: ImageEmbedding, masks: MaskCount, taps: ActivationTaps
    ) -> DecodedMasks {
        guard taps.asksBelow("prompt_encoder") || taps.asksBelow("mask_decoder") else {
            return decode(prompts, embedding, masks: masks, .uncancelled)
        }
        let encoded = promptEncoder(prompts, taps: taps.child("prompt_encoder"))
        return maskDecoder(
            features: embedding.features, position: encoded.position, sparse: encoded.sparse, dense: encoded.dense,
            masks: masks, taps: taps.child("mask_decoder"))
    }
}

extension ImageEncoder {
    /// What the encoder hands over, with names from the encoder on. The empty name is its result.
    var activations: [NamedShape] {
        switch self {
        case .vit(let encoder): encoder.activations + encoder.neck.activations.suffix(1)
        case .tinyViT(let encoder): encoder.activations + encoder.neck.activations.suffix(1)
        }
    }

    /// The encoder for observers: `[3, side, side]` to `[channels, rows, columns]`.
    func callAsFunction(_ pixels: Tensor, taps: ActivationTaps) -> Tensor {
        let features =
            switch self {
            case .vit(let encoder): encoder(pixels, taps: taps)
            case .tinyViT(let encoder): encoder(pixels, taps: taps)
            }
        return taps("", features.expanded(axis: 0)).squeezed(axis: 0)
    }
}
