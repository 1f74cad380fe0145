public import Tensors

/// A picture as the mask decoder sees it. Computed once a picture, used by every prompt; never changes.
public struct ImageEmbedding: Sendable {
    /// `[channels, rows, columns]`, over the model's whole square.
    public let features: Tensor
    /// Where the picture lies in the square.
    public let frame: ModelFrame

    public init(features: Tensor, frame: ModelFrame) {
        self.features = features
        self.frame = frame
    }

    /// Embedding rows that see the picture; rows beyond see only padding.
    public var validRows: Int { frame.validRows }
    /// Embedding columns that see the picture; columns beyond see only padding.
    public var validColumns: Int { frame.validColumns }
}
