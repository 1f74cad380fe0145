public import NeuralNetwork
public import Tensors

extension CLIPModel {
    /// All activations of the image tower that ``encodeImage(_:observing:editing:)`` can observe and edit, in the order of
    /// the computation.
    ///
    /// - Parameter pixels: the shape of the pictures, `[batch, 3, height, columns]`; one picture of the model's own size
    ///   when nil.
    /// - Throws: `CLIPError.unusablePixels`.
    public func imageActivations(for pixels: Shape? = nil) throws(CLIPError) -> [NamedShape] {
        let shape = pixels ?? [1, 3, configuration.imageSize, configuration.imageSize]
        try check(shape)
        return imageTower.activations(
            batch: shape[0], gridHeight: shape[2] / configuration.patch, gridWidth: shape[3] / configuration.patch)
    }

    /// Pictures as vectors, with activations that are kept or replaced on the way.
    ///
    /// Names are those of ``imageActivations(for:)``: the paths of open_clip's modules. In a name `*` stands for any text:
    /// `visual.transformer.resblocks.*.attn.weights` are the attention weights of all blocks.
    ///
    /// What is not asked for is computed as ever. A block in which something is asked for is computed step by step; its
    /// result is the same but for rounding.
    ///
    /// - Parameters:
    ///   - pixels: as for `encodeImage(_:)`.
    ///   - observing: names or patterns of the activations that come back.
    ///   - editing: by name or pattern, what replaces an activation before the computation goes on with it.
    /// - Returns: vectors `[batch, embedding]`, not normalised, and the activations. Vectors that an edit made zero come
    ///   back as they are.
    /// - Throws: `CLIPError.unusablePixels`, `.noDirection`, `.activation`.
    public func encodeImage(
        _ pixels: Tensor, observing: [String], editing: [String: ActivationEdit] = [:]
    ) throws(CLIPError) -> Observed<Tensor> {
        let listed = try imageActivations(for: pixels.shape)
        let seen: Observed<Tensor>
        do throws(ActivationError) {
            seen = try ActivationTaps.observe(observing, of: listed, editing: editing) { imageTower(pixels, taps: $0) }
        } catch {
            throw .activation(error)
        }
        let output = try seen.output.withDirections(of: .image, allowsZero: !editing.isEmpty)
        return Observed(output: output, activations: seen.activations)
    }
}

extension CLIPModel {
    /// All activations of the text tower that ``encodeText(_:truncate:observing:editing:)`` can observe and edit, in the
    /// order of the computation.
    public func textActivations(texts: Int = 1) -> [NamedShape] {
        textTower.activations(texts: texts)
    }

    /// Texts as vectors, with activations that are kept or replaced on the way.
    ///
    /// Names are those of ``textActivations(texts:)``. The tower computes the whole context here, as the reference does, so
    /// activations have a row for each token and for the padding behind the end token. The vectors are the same but for
    /// rounding.
    ///
    /// - Parameters:
    ///   - texts: any number; all are computed together.
    ///   - truncate: cut texts that are too long, instead of refusing them.
    ///   - observing: names or patterns of the activations that come back.
    ///   - editing: by name or pattern, what replaces an activation before the computation goes on with it.
    /// - Returns: vectors `[texts, embedding]`, not normalised, and the activations. Vectors that an edit made zero come
    ///   back as they are.
    /// - Throws: `CLIPError.unusableText`, `.noDirection`, `.activation`.
    public func encodeText(
        _ texts: [String], truncate: Bool = false, observing: [String], editing: [String: ActivationEdit] = [:]
    ) throws(CLIPError) -> Observed<Tensor> {
        let tokens = try texts.map { text throws(CLIPError) in try self.tokens(for: text, truncate: truncate) }
        let seen = try encode(tokens: tokens, observing: observing, editing: editing)
        let output = try seen.output.withDirections(of: .text, allowsZero: !editing.isEmpty)
        return Observed(output: output, activations: seen.activations)
    }

    /// The same for texts that are tokens already, each from start to end.
    func encode(
        tokens: [[Int]], observing: [String], editing: [String: ActivationEdit] = [:]
    ) throws(CLIPError) -> Observed<Tensor> {
        do throws(ActivationError) {
            return try ActivationTaps.observe(
                observing, of: textTower.activations(texts: tokens.count), editing: editing
            ) { taps in
                tokens.isEmpty ? Tensor(zeros: [0, configuration.embedding]) : textTower(tokens, taps: taps)
            }
        } catch {
            throw .activation(error)
        }
    }
}
