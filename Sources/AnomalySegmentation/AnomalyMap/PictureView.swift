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

    /// Where a place of the picture is in the view, and one of the view in the picture: twice is the same place.
    private func place(row: Int, column: Int, height: Int, width: Int) -> Int {
        let otherRow = self == .flipped || self == .turned ? height - 1 - row : row
        let otherColumn = self == .mirrored || self == .turned ? width - 1 - column : column
        return otherRow * width + otherColumn
    }

    /// Planes `[planes, height, width]`, seen so. Twice gives the planes again.
    func callAsFunction(_ planes: Tensor) -> Tensor {
        if self == .upright { return planes }
        let (height, width, values) = (planes.shape[1], planes.shape[2], planes.values)
        let seen = [Float](unsafeUninitializedCapacity: values.count) { buffer, count in
            for plane in stride(from: 0, to: values.count, by: max(1, height * width)) {
                for row in 0..<height {
                    for column in 0..<width {
                        buffer[plane + row * width + column] =
                            values[plane + place(row: row, column: column, height: height, width: width)]
                    }
                }
            }
            count = values.count
        }
        return Tensor(seen, shape: planes.shape)
    }

    /// Vectors of a grid's places, `[height * width, width of a vector]`, brought from where this view shows them to where
    /// they are in the picture.
    func upright(_ vectors: Tensor, height: Int, width: Int) -> Tensor {
        if self == .upright { return vectors }
        return vectors.gathered(
            rows: (0..<height * width).map {
                place(row: $0 / width, column: $0 % width, height: height, width: width)
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
