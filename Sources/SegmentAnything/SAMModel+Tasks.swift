public import Imaging
import Tensors

// Doors for tasks. In a task Swift chooses these over the synchronous ones of the same name.

extension SAMModel {
    /// The synchronous door of the same name for tasks: waits in `ComputeQueue.shared`, and computes on its thread.
    ///
    /// - Returns: the same to the bit.
    /// - Throws: ``SAMError``, `ComputeQueueError`; `CancellationError` between two blocks once the task is cancelled.
    public func embed(_ image: Image) async throws -> ImageEmbedding {
        try await ComputeQueue.shared.run { try embed(image) }
    }

    /// The masks for one prompt, for tasks: waits in `ComputeQueue.shared`, and computes on its thread.
    ///
    /// - Returns: what the synchronous one returns, to the bit.
    /// - Throws: ``PromptError``, `ComputeQueueError`; `CancellationError` once the task is cancelled.
    public func predict(
        _ embedding: ImageEmbedding, _ prompt: Prompt, masks: MaskCount = .single
    ) async throws -> MaskPrediction {
        try await ComputeQueue.shared.run { try predict(embedding, prompt, masks: masks) }
    }

    /// The masks for several prompts of the same kind, for tasks: waits in `ComputeQueue.shared`, and computes on its
    /// thread.
    ///
    /// - Returns: what the synchronous one returns, to the bit.
    /// - Throws: ``PromptError``, `ComputeQueueError`; `CancellationError` between groups of prompts once the task is
    ///   cancelled.
    public func predict(
        _ embedding: ImageEmbedding, _ prompts: [Prompt], masks: MaskCount = .single
    ) async throws -> [MaskPrediction] {
        try await ComputeQueue.shared.run { try predict(embedding, prompts, masks: masks) }
    }
}

extension AutomaticMaskGenerator {
    /// The masks of a picture, for tasks: waits in `ComputeQueue.shared`, and computes on its thread.
    ///
    /// - Parameters:
    ///   - image: at least one pixel.
    ///   - progress: called on the queue's thread before every run of the encoder, after every batch of points and at the
    ///     end. It may throw to stop the work.
    /// - Returns: what the synchronous one returns, to the bit.
    /// - Throws: ``AutomaticMaskError``, `ComputeQueueError`, and what `progress` throws; `CancellationError` between blocks of the
    ///   encoder and groups of points once the task is cancelled.
    public func masks(
        in image: Image, progress: @escaping @Sendable (AutomaticMaskProgress) throws -> Void = { _ in }
    ) async throws -> [AutomaticMask] {
        try await ComputeQueue.shared.run { try masks(in: image, progress: progress) }
    }
}
