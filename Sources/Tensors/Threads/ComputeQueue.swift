import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Computations that tasks wait for. They run on a thread of this package, never on those that tasks share.
///
/// A task must not compute for long: tasks share as many threads as there are processors, and while all of them compute,
/// no other task goes on, timers and connections included. The async doors of the models therefore put their work here and
/// suspend.
///
/// - **Order**: requests are computed one after the other, as they came. None overtakes another, so a request waits for
///   those that were there before it and for no others, whoever sends how many. Each has all threads of the computation;
///   two at once would both take twice as long and twice the memory.
/// - **Bound**: at most ``waitingLimit`` requests wait. One more is refused with ``ComputeQueueError/full(waiting:)``.
/// - **Cancelling**: a request whose task is cancelled leaves the queue at once, or ends between two steps of its
///   computation, such as the blocks of a tower. Others are not disturbed.
public final class ComputeQueue: @unchecked Sendable {
    // Unchecked: everything that changes is touched with `mutex` held.

    /// The queue of all async doors of this package.
    public static let shared = ComputeQueue(waitingLimit: 64)

    /// What the queue has to do, and what it has done.
    public struct Load: Hashable, Sendable {
        /// Requests that wait.
        public var waiting = 0
        /// Whether a request is being computed.
        public var isComputing = false
        /// Requests that were computed to their end, errors included.
        public var done = 0
        /// Requests whose task was cancelled before.
        public var cancelled = 0
        /// Requests that were refused because the queue was full.
        public var refused = 0
    }

    private struct Request {
        let check: CancellationCheck
        /// Computes, and returns what resumes the task that waits, and whether it was cancelled.
        let compute: @Sendable () -> (resume: @Sendable () -> Void, isCancelled: Bool)
        /// Resumes the task with an error.
        let refuse: @Sendable (any Error) -> Void
    }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [Request] = []
    private var limit: Int
    private var counts = Load()
    private var hasThread = false

    /// The thread of a queue stays for the life of the process.
    init(waitingLimit: Int) {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(arrived, nil)
        limit = waitingLimit
    }

    deinit {
        pthread_cond_destroy(arrived)
        pthread_mutex_destroy(mutex)
        arrived.deallocate()
        mutex.deallocate()
    }

    /// How many requests may wait beside the one that is computed; 64 unless set. Each keeps its picture in memory.
    /// A negative number counts as 0. Requests that wait already stay.
    public var waitingLimit: Int {
        get { withLock { limit } }
        set { withLock { limit = max(0, newValue) } }
    }

    /// What the queue has to do at the moment.
    public var load: Load {
        withLock {
            var load = counts
            load.waiting = waiting.count
            return load
        }
    }

    /// Runs work on the queue's thread, once all that came before is done.
    ///
    /// For whatever has no async door of its own: `try await ComputeQueue.shared.run { try clip.denseFeatures(...) }`.
    ///
    /// - Parameter work: calls the synchronous doors. Most of them end between two steps when the task is cancelled; work
    ///   that computes something itself asks ``checkCancellation()`` now and then.
    /// - Throws: ``ComputeQueueError``; `CancellationError` where the task is cancelled before the work is done; what `work`
    ///   throws.
    public func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let check = CancellationCheck()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                submit(
                    Request(
                        check: check,
                        compute: {
                            let result = Self.result(of: work, check)
                            var isCancelled = false
                            if case .failure = result { isCancelled = check.isCancelled }
                            return ({ continuation.resume(with: result) }, isCancelled)
                        },
                        refuse: { continuation.resume(throwing: $0) }))
            }
        } onCancel: {
            cancel(check)
        }
    }

    /// For work inside ``run(_:)``: does nothing elsewhere.
    ///
    /// - Throws: `CancellationError` where the task that waits for this work was cancelled.
    public static func checkCancellation() throws(CancellationError) {
        try CancellableSteps(throwing: CancellationError())({})
    }

    private static func result<Value>(
        of work: () throws -> Value, _ check: CancellationCheck
    ) -> Result<Value, any Error> {
        do {
            return .success(try check(work))
        } catch {
            // After a cancellation, every error is a consequence of it.
            return .failure(check.isCancelled ? CancellationError() : error)
        }
    }

    // MARK: The line

    private func submit(_ request: Request) {
        let refusal: (any Error)? = withLock {
            // The task may have been cancelled before it came here.
            if request.check.isCancelled {
                counts.cancelled += 1
                return CancellationError()
            }
            if waiting.count + (counts.isComputing ? 1 : 0) > limit {
                counts.refused += 1
                return ComputeQueueError.full(waiting: waiting.count)
            }
            if !hasThread {
                hasThread = DetachedThread.start(stackBytes: 8 << 20) { self.serve() }
                if !hasThread { return ComputeQueueError.noThread }
            }
            waiting.append(request)
            pthread_cond_signal(arrived)
            return nil
        }
        if let refusal { request.refuse(refusal) }
    }

    private func cancel(_ check: CancellationCheck) {
        let request: Request? = withLock {
            check.cancel()
            guard let index = waiting.firstIndex(where: { $0.check === check }) else { return nil }
            counts.cancelled += 1
            return waiting.remove(at: index)
        }
        request?.refuse(CancellationError())
    }

    /// What the thread does.
    private func serve() {
        while true {
            guard let (resume, isCancelled) = next()?.compute() else { continue }
            // The request, and all that it held, is gone by now.
            withLock {
                counts.isComputing = false
                counts.done += isCancelled ? 0 : 1
                counts.cancelled += isCancelled ? 1 : 0
            }
            resume()
        }
    }

    /// Waits for a request; nil after waking for nothing.
    private func next() -> Request? {
        withLock {
            if waiting.isEmpty { pthread_cond_wait(arrived, mutex) }
            guard !waiting.isEmpty else { return nil }
            counts.isComputing = true
            return waiting.removeFirst()
        }
    }

    private func withLock<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}

/// Why a computation cannot be queued.
public enum ComputeQueueError: Error, Hashable, Sendable {
    /// As many requests wait as may.
    case full(waiting: Int)
    /// The system refused the thread that computes.
    case noThread
}
