import CLIP
import NeuralNetwork
import Tensors

/// How the patches of a picture lie: `rows * columns` of them, counted row by row from the top left.
public struct PatchGrid: Hashable, Codable, Sendable {
    /// Rows of patches.
    public let rows: Int
    /// Patches in a row.
    public let columns: Int

    /// A grid of these extents.
    public init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    /// How many patches there are.
    public var patches: Int { rows * columns }

    /// The grid of one prepared picture, `[1, 3, height, columns]`.
    init(of pixels: Tensor, in clip: CLIPModel) throws(IntrospectionError) {
        do throws(CLIPError) { try clip.check(pixels.shape) } catch { throw .clip(error) }
        guard pixels.shape[0] == 1 else { throw .notOnePicture(found: pixels.shape[0]) }
        let patch = clip.configuration.patch
        self.init(rows: pixels.shape[2] / patch, columns: pixels.shape[3] / patch)
    }
}

extension CLIPModel {
    /// The name of a block of the image tower, counted from 0.
    static func imageBlock(_ index: Int) -> String { "visual.transformer.resblocks.\(index)" }

    /// The picture, observed; what the tower refuses as this module's error.
    func seen(
        _ pixels: Tensor, _ observing: [String], _ editing: [String: ActivationEdit] = [:]
    ) throws(IntrospectionError) -> Observed<Tensor> {
        do throws(CLIPError) {
            return try encodeImage(pixels, observing: observing, editing: editing)
        } catch {
            throw .clip(error)
        }
    }

    /// Text vectors scaled to length 1, if they are this model's.
    func directions(_ texts: Tensor) throws(IntrospectionError) -> Tensor {
        let embedding = configuration.embedding
        guard texts.shape.rank == 2, texts.shape[0] > 0, texts.shape[1] == embedding else {
            throw .unexpectedTexts(found: texts.shape, embedding: embedding)
        }
        return texts.l2Normalized()
    }
}

extension Observed {
    /// An activation that was asked for.
    func handed(_ name: String) throws(IntrospectionError) -> Tensor {
        guard let tensor = activations[name] else { throw .noSuchPlace(name) }
        return tensor
    }
}
