public import CLIP
public import NeuralNetwork
public import Tensors

extension ActivationPatching {
    /// Each attention and each feed-forward part of CLIP's image tower, in the order of the computation.
    ///
    /// - Parameters:
    ///   - clip: the model whose blocks are named.
    ///   - tokens: those that are patched: 0 is the class token; nil for all.
    public static func parts(of clip: CLIPModel, tokens: [Int]? = nil) -> [Place] {
        (0..<clip.configuration.visionLayers).map(CLIPModel.imageBlock).flatMap {
            [Place("\($0).attn", tokens: tokens), Place("\($0).mlp", tokens: tokens)]
        }
    }

    /// Each head of CLIP's image tower: what it gathers, before the output map.
    ///
    /// - Parameters:
    ///   - clip: the model whose blocks are named.
    ///   - tokens: those that are patched: 0 is the class token; nil for all.
    public static func heads(of clip: CLIPModel, tokens: [Int]? = nil) -> [Place] {
        (0..<clip.configuration.visionLayers).flatMap { block in
            (0..<clip.configuration.visionHeads).map {
                Place(CLIPModel.imageBlock(block) + ".attn.gathered", head: $0, tokens: tokens)
            }
        }
    }

    /// The residual stream behind each block. Patched at all tokens it carries everything; at some tokens it tells at which
    /// depth they hold the difference.
    ///
    /// - Parameters:
    ///   - clip: the model whose blocks are named.
    ///   - tokens: those that are patched: 0 is the class token, `1 + row * columns + column` a patch.
    public static func residualStream(of clip: CLIPModel, tokens: [Int]) -> [Place] {
        (0..<clip.configuration.visionLayers).map { Place(CLIPModel.imageBlock($0), tokens: tokens) }
    }

    /// Two pictures in CLIP's image tower.
    ///
    /// - Parameters:
    ///   - places: what is patched; ``parts(of:tokens:)``, ``heads(of:tokens:)``, ``residualStream(of:tokens:)``, or others.
    ///   - clip: the model.
    ///   - donor: the picture that activations come from, `[1, 3, height, columns]`.
    ///   - receiver: the picture that they are put into, of the same shape.
    ///   - observing: further activations that `measure` needs, such as `visual.ln_post`.
    ///   - measure: of the picture's vector, `[1, embedding]`, and these activations.
    /// - Throws: ``IntrospectionError``.
    public init(
        _ places: [Place], in clip: CLIPModel, from donor: Tensor, to receiver: Tensor, observing: [String] = [],
        measure: (Observed<Tensor>) throws(CLIPError) -> Float
    ) throws(IntrospectionError) {
        guard donor.shape == receiver.shape else {
            throw .unexpectedShape(found: receiver.shape, expected: "two pictures of one shape, \(donor.shape)")
        }
        func measured(_ seen: Observed<Tensor>) throws(IntrospectionError) -> Float {
            do throws(CLIPError) { return try measure(seen) } catch { throw .clip(error) }
        }
        try self.init(
            places,
            donor: { names throws(IntrospectionError) in
                let seen = try clip.seen(donor, names + observing)
                return Observed(output: try measured(seen), activations: seen.activations)
            },
            receiver: { edits throws(IntrospectionError) in
                try measured(try clip.seen(receiver, observing, edits))
            },
            failure: { $0 })
    }
}
