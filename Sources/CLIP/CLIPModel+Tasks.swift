public import Tensors

// Doors for tasks. In a task Swift chooses these over the synchronous ones of the same name.

extension CLIPModel {
    /// The synchronous door of the same name for tasks: waits in `ComputeQueue.shared`, and computes on its thread.
    ///
    /// - Parameter pixels: `[batch, 3, height, columns]`, prepared by `CLIPConfiguration.preparation`.
    /// - Returns: `[batch, embedding]`, not normalised; the same to the bit.
    /// - Throws: `CLIPError`, `ComputeQueueError`; `CancellationError` between two blocks once the task is cancelled.
    public func encodeImage(_ pixels: Tensor) async throws -> Tensor {
        try await ComputeQueue.shared.run { try encodeImage(pixels) }
    }

    /// The synchronous door of the same name for tasks: waits in `ComputeQueue.shared`, and computes on its thread.
    ///
    /// - Parameters:
    ///   - texts: any number.
    ///   - truncate: cut texts that are too long, instead of refusing them.
    /// - Returns: `[texts, embedding]`, not normalised; the same to the bit.
    /// - Throws: what the synchronous one throws, `ComputeQueueError`; `CancellationError` between two blocks once the task
    ///   is cancelled.
    public func encodeText(_ texts: [String], truncate: Bool = false) async throws -> Tensor {
        try await ComputeQueue.shared.run { try encodeText(texts, truncate: truncate) }
    }
}
