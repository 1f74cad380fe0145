public import Imaging
public import SegmentAnything
import Tensors

// Doors for tasks. In a task Swift chooses these over the synchronous ones of the same name.

extension AnomalySegmenter {
    /// The whole path for one picture, for tasks: waits in `ComputeQueue.shared`, and computes on its thread.
    ///
    /// - Parameters:
    ///   - image: of any size that holds a pixel.
    ///   - object: what the picture shows, in plain English.
    ///   - embedding: of this picture, where it is there already.
    /// - Returns: what the synchronous one returns; all but the times is the same to the bit.
    /// - Throws: what the synchronous one throws, `ComputeQueueError`; `CancellationError` between blocks of the towers,
    ///   sizes of the picture and stages of the cascade once the task is cancelled.
    public func segment(
        _ image: Image, object: String, embedding: ImageEmbedding? = nil
    ) async throws -> AnomalyResult {
        try await ComputeQueue.shared.run { try segment(image, object: object, embedding: embedding) }
    }

    /// The whole path for a large picture, tile by tile, for tasks: waits in `ComputeQueue.shared`, and computes on its
    /// thread. All tiles are one request.
    ///
    /// - Parameters:
    ///   - image: of any size that holds a pixel.
    ///   - object: what the picture shows, in plain English.
    ///   - tiling: the size of the tiles, and how much they overlap.
    ///   - each: gets each tile once it is done, row by row, on the queue's thread. What it throws ends the work.
    /// - Returns: what the synchronous one returns; all but the times is the same to the bit.
    /// - Throws: what the synchronous one throws, `ComputeQueueError`; `CancellationError` as for a picture as a whole.
    public func segment(
        _ image: Image, object: String, tiling: Tiling,
        each: @escaping @Sendable (AnomalyTile) throws -> Void = { _ in }
    ) async throws -> TiledAnomalyResult {
        try await ComputeQueue.shared.run { try segment(image, object: object, tiling: tiling, each: each) }
    }
}
