import CLIP
import Imaging
import Tensors

/// What a map asks of CLIP's patches, at one size of the picture.
struct DenseRequest: Hashable, Sendable {
    /// Of the square in pixels.
    let side: Int
    let view: PictureView
    let positions: PositionResampling
    let attention: DenseAttention
    /// Blocks from 1.
    let layers: [Int]
}

/// What a map asks of CLIP's windows, at one size of the picture.
struct WindowRequest: Hashable, Sendable {
    /// Of the square in pixels.
    let side: Int
    let view: PictureView
    let positions: PositionResampling
    /// Of the windows, in patches.
    let windows: [Int]
}

/// CLIP's features of one picture: computed when a map asks for them, or there already. Whatever the view, their places are
/// those of the picture.
protocol PictureFeatures {
    func dense(_ request: DenseRequest) throws(CLIPError) -> DenseFeatures
    func windows(_ request: WindowRequest) throws(CLIPError) -> WindowFeatures
}

/// Features that are computed each time. Of several views of one size in a row, the picture is resized for the first only.
final class ComputedFeatures: PictureFeatures {
    let clip: CLIPModel
    let image: Image
    private var prepared: (side: Int, pixels: Tensor)?

    init(clip: CLIPModel, image: Image) {
        self.clip = clip
        self.image = image
    }

    func dense(_ request: DenseRequest) throws(CLIPError) -> DenseFeatures {
        try clip.resamplingPositions(request.positions).denseFeatures(
            try pixels(side: request.side, view: request.view).expanded(axis: 0), layers: request.layers,
            attention: request.attention
        ).upright(from: request.view, by: clip)
    }

    func windows(_ request: WindowRequest) throws(CLIPError) -> WindowFeatures {
        try clip.resamplingPositions(request.positions).windowFeatures(
            try pixels(side: request.side, view: request.view).expanded(axis: 0), sides: request.windows
        ).upright(from: request.view)
    }

    /// `[3, side, side]`: the whole picture, squashed, whatever CLIP does to pictures that it classifies. What a crop
    /// cuts off could not be marked.
    func pixels(side: Int, view: PictureView) throws(CLIPError) -> Tensor {
        if let prepared, prepared.side == side { return view(prepared.pixels) }
        let pixels = try clip.configuration.preparation(for: image, size: side)
        prepared = (side, pixels)
        return view(pixels)
    }
}
