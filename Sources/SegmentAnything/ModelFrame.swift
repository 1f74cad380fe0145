public import Imaging
import Tensors

/// A position in the model's square input, pixels, x to the right and y down.
public struct ModelPoint: Sendable, Hashable {
    /// Pixels from the left.
    public var x: Double
    /// Pixels from the top.
    public var y: Double
}

/// How one picture lies in the model's square: scaled so that its longer side fills the square, in the top left
/// corner, the rest zero. The only place that converts between picture and model coordinates.
///
/// Matches `ResizeLongestSide` and `Sam.postprocess_masks` of segment_anything.
public struct ModelFrame: Sendable, Hashable {
    /// Size of the picture as the user sees it, pixels.
    public let original: ImageSize
    /// Size of the picture inside the square, pixels.
    public let input: ImageSize
    /// Side of the square, pixels.
    public let side: Int
    /// Input pixels on a side of the square that one image token stands for.
    public let patch: Int

    /// The frame of a picture. Each side of the input is the scaled side, rounded half up and at least one pixel.
    ///
    /// - Parameters:
    ///   - original: the picture's size.
    ///   - side: of the square, pixels.
    ///   - patch: input pixels on a side of one image token.
    public init(original: ImageSize, side: Int, patch: Int) {
        require(original.width > 0 && original.height > 0, "a picture needs at least one pixel")
        self.original = original
        self.side = side
        self.patch = patch
        let scale = Double(side) / Double(max(original.width, original.height))
        input = ImageSize(
            width: max(1, Int(Double(original.width) * scale + 0.5)),
            height: max(1, Int(Double(original.height) * scale + 0.5)))
    }

    /// Rows of image tokens with at least one pixel of the picture.
    public var validRows: Int { (input.height + patch - 1) / patch }
    /// Columns of image tokens with at least one pixel of the picture.
    public var validColumns: Int { (input.width + patch - 1) / patch }

    // MARK: Points

    /// The model's position of a point of the picture. Scaled without a half-pixel shift, as the reference does; the
    /// prompt encoder adds half a pixel afterwards.
    public func modelPoint(_ point: ImagePoint) -> ModelPoint {
        ModelPoint(
            x: point.x * (Double(input.width) / Double(original.width)),
            y: point.y * (Double(input.height) / Double(original.height)))
    }

    /// The inverse of ``modelPoint(_:)``.
    public func imagePoint(_ point: ModelPoint) -> ImagePoint {
        ImagePoint(
            x: point.x * (Double(original.width) / Double(input.width)),
            y: point.y * (Double(original.height) / Double(input.height)))
    }

    /// Where a point of the picture lies in the grid of image tokens, in tokens from the centre of the first one and clamped
    /// to the picture. Features between the centres of tokens can be interpolated there.
    public func embeddingPosition(_ point: ImagePoint) -> (row: Double, column: Double) {
        let model = modelPoint(point)
        let row = (model.y + 0.5) / Double(patch) - 0.5
        let column = (model.x + 0.5) / Double(patch) - 0.5
        return (min(max(row, 0), Double(validRows - 1)), min(max(column, 0), Double(validColumns - 1)))
    }

    /// The centre of an image token, as a point of the picture: the inverse of ``embeddingPosition(_:)``. It lies beyond the
    /// picture where the token stands for padding for the most part.
    package func imagePoint(row: Int, column: Int) -> ImagePoint {
        imagePoint(
            ModelPoint(
                x: (Double(column) + 0.5) * Double(patch) - 0.5, y: (Double(row) + 0.5) * Double(patch) - 0.5))
    }

    /// Whether a point lies on the picture: 0 up to, not including, its width and height. False for NaN.
    public func contains(_ point: ImagePoint) -> Bool {
        point.x >= 0 && point.x < Double(original.width) && point.y >= 0 && point.y < Double(original.height)
    }
}
