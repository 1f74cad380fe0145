import Synchronization
import Tensors

/// Calls an async door in a task that was cancelled before. A door that waits in the queue throws `CancellationError`; one
/// that computed in the task would not notice.
public func inCancelledTask<Value: Sendable>(
    _ door: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await door()
    }.value
}

/// Counts the steps of computations, and cancels one at a step.
public final class StepCounter: Sendable {
    private let asked = Mutex(0)

    public init() {}

    /// Steps that were begun or refused so far.
    public var steps: Int { asked.withLock { $0 } }

    /// Runs a computation, with steps counted from 0.
    ///
    /// - Parameter step: the one that is refused; nil: none.
    public func run<Value>(cancellingAt step: Int? = nil, _ compute: () throws -> Value) rethrows -> Value {
        asked.withLock { $0 = 0 }
        let check = CancellationCheck {
            self.asked.withLock { asked in
                asked += 1
                return asked - 1 == step
            }
        }
        return try check(compute)
    }
}
