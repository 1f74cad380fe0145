public import Tensors

/// What the image encoder makes of a picture: computed once, used for every prompt.
public struct ImageEmbedding: Sendable {
    /// `[channels, rows, columns]`, over the model's whole square.
    public let features: Tensor
    /// Where the picture lies in the square.
    public let frame: ModelFrame

    /// - Parameters:
    ///   - features: `[channels, rows, columns]`.
    ///   - frame: where the picture lies in the square.
    public init(features: Tensor, frame: ModelFrame) {
        self.features = features
        self.frame = frame
    }

    /// Rows of image tokens on the picture; those below stand for padding.
    public var validRows: Int { frame.validRows }
    /// Columns of image tokens on the picture; those beyond stand for padding.
    public var validColumns: Int { frame.validColumns }
}
