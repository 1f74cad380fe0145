import CLIP
import NeuralNetwork
import Tensors

/// Which way round CLIP sees the picture. A map made of several views errs less than one whose inputs all stand upright,
/// because a model trained on finite pictures does not judge a picture and its mirror image alike.
public enum PictureView: String, Hashable, Sendable, Codable, CaseIterable {
    /// As it is.
    case upright
    /// Left and right change places.
    case mirrored
    /// Top and bottom change places.
    case flipped
    /// By half a turn.
    case turned

    private var reversesRows: Bool { self == .flipped || self == .turned }
    private var reversesColumns: Bool { self == .mirrored || self == .turned }

    /// Planes `[planes, height, width]`, seen so. Twice gives the planes again.
    func callAsFunction(_ planes: Tensor) -> Tensor {
        if self == .upright { return planes }
        let (height, width) = (planes.shape[1], planes.shape[2])
        let rows = planes.reshaped(to: [planes.shape[0] * height, width])
        let order = (0..<rows.shape[0]).map { row in
            reversesRows ? row - row % height + height - 1 - row % height : row
        }
        let turned = reversesRows ? rows.gathered(rows: order) : rows
        guard reversesColumns else { return turned.reshaped(to: planes.shape) }
        let values = turned.values
        let reversed = [Float](unsafeUninitializedCapacity: values.count) { buffer, count in
            for start in stride(from: 0, to: values.count, by: width) {
                for column in 0..<width { buffer[start + column] = values[start + width - 1 - column] }
            }
            count = values.count
        }
        return Tensor(reversed, shape: planes.shape)
    }

    /// Vectors of a grid's places, `[height * width, width of a vector]`, brought from where this view shows them to where
    /// they are in the picture.
    func upright(_ vectors: Tensor, height: Int, width: Int) -> Tensor {
        if self == .upright { return vectors }
        return vectors.gathered(
            rows: (0..<height * width).map { place in
                let (row, column) = (place / width, place % width)
                return (reversesRows ? height - 1 - row : row) * width + (reversesColumns ? width - 1 - column : column)
            })
    }
}

extension DenseFeatures {
    /// Features of a picture that was seen so, in the picture's own order.
    func upright(from view: PictureView, by clip: CLIPModel) -> DenseFeatures {
        if view == .upright { return self }
        return clip.denseFeatures(
            gridHeight: gridHeight, gridWidth: gridWidth, classToken: classToken, rawClassToken: rawClassToken,
            layers: layers.map { ($0.index, view.upright($0.tokens, height: gridHeight, width: gridWidth)) })
    }
}

extension WindowFeatures {
    /// Features of a picture that was seen so, in the picture's own order.
    func upright(from view: PictureView) -> WindowFeatures {
        if view == .upright { return self }
        return WindowFeatures(
            gridHeight: gridHeight, gridWidth: gridWidth, classToken: classToken,
            windows: scales.map { scale in
                let (rows, columns) = (gridHeight - scale.side + 1, gridWidth - scale.side + 1)
                return (scale.side, view.upright(scale.windows, height: rows, width: columns))
            })
    }
}
