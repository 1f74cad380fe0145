import Hummingbird

extension InspectionService {
    /// Runs the work of a request until it is done, its time is over or its client has gone.
    ///
    /// In the latter cases the work is cancelled: what waits leaves the queue, what is computed ends between two blocks, and
    /// its memory is free when this returns.
    ///
    /// - Throws: what `work` throws, ``ServiceError/timeOver(seconds:)``, ``ServiceError/clientGone``.
    func answering<Value: Sendable>(
        _ context: InspectionContext, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let watch = await ConnectionWatch.of(context.channel)
        let seconds = limits.requestSeconds
        return try await withThrowingTaskGroup(of: Value.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw ServiceError.timeOver(seconds: seconds)
            }
            if let watch {
                group.addTask {
                    await watch.closed()
                    throw ServiceError.clientGone
                }
            }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}
