import CLIP
import Tensors

/// What every producer starts from: CLIP with the wanted rule for positions, and the wanted sizes of the picture.
struct MapInput {
    let clip: CLIPModel
    /// Sides in pixels, multiples of the patch.
    let sides: [Int]
    /// As many as sides.
    let views: [PictureView]
    let logitScale: Float

    /// - Throws: ``AnomalySegmentationError`` for a size that this image tower does not have, or another activation than
    ///   the configuration needs.
    init(clip: CLIPModel, configuration: AnomalyMapConfiguration) throws(AnomalySegmentationError) {
        let tower = clip.configuration
        if let needed = configuration.activation, needed != tower.activation {
            throw .otherActivation(found: tower.activation, needed: needed)
        }
        sides = configuration.sides(modelSide: tower.imageSize, patch: tower.patch)
        views = sides.indices.map { configuration.view(ofInput: $0) }
        for side in sides where side % tower.patch != 0 { throw .unusableInputSide(side, patch: tower.patch) }
        self.clip = configuration.positionResampling.map { clip.resamplingPositions($0) } ?? clip
        logitScale = configuration.logitScale ?? clip.logitScale
    }

    /// What is asked of the patches, a size at a time.
    func requests(layers: [Int], attention: DenseAttention = .ordinary) -> [DenseRequest] {
        zip(sides, views).map {
            DenseRequest(
                side: $0, view: $1, positions: clip.configuration.positionResampling, attention: attention,
                layers: layers)
        }
    }

    /// Rows and columns of patches at this side.
    func grid(_ side: Int) -> Shape {
        let patches = side / clip.configuration.patch
        return [patches, patches]
    }

    /// The blocks as given, all of which the tower has.
    func layers(_ layers: [Int]) throws(AnomalySegmentationError) -> [Int] {
        let blocks = clip.configuration.visionLayers
        for layer in layers where layer > blocks { throw .unknownLayer(layer, layers: blocks) }
        return layers
    }
}
