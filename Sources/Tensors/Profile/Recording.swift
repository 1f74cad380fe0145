import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the threads of one recording write to: a log for each.
final class Recording: Sendable {
    /// Recordings that run in this process. While there is none, no thread looks for a log of its own.
    fileprivate static let count = Atomic<Int>(0)

    private let start = ThreadPool.nanoseconds()
    private let state = Mutex(State())

    private struct State {
        var logs: [SpanLog] = []
        var jobs: [Profile.Job] = []
    }

    /// Records what this thread does while `body` runs. A recording around this one goes on afterwards.
    func onThisThread<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        let outer = SpanLog.current
        Recording.count.wrappingAdd(1, ordering: .relaxed)
        SpanLog.current = log()
        defer {
            SpanLog.current = outer
            Recording.count.wrappingSubtract(1, ordering: .relaxed)
        }
        return try body()
    }

    /// This thread's log, made where it has none yet.
    func log() -> SpanLog {
        let thread = pthread_self()
        return state.withLock { state in
            if let known = state.logs.first(where: { pthread_equal($0.owner, thread) != 0 }) { return known }
            let made = SpanLog(of: self, thread: state.logs.count, owner: thread)
            state.logs.append(made)
            return made
        }
    }

    /// A place for a job that begins.
    func addJob() -> Int {
        state.withLock { state in
            state.jobs.append(Profile.Job(nanoseconds: 0, busyNanoseconds: 0))
            return state.jobs.count - 1
        }
    }

    func finish(_ job: Int, _ figures: Profile.Job) { state.withLock { $0.jobs[job] = figures } }

    /// Everything, when no thread writes any more.
    func profile() -> Profile {
        let end = ThreadPool.nanoseconds()
        return state.withLock { state in
            let spans = state.logs.flatMap(\.spans).map { span in
                Profile.Span(
                    path: span.path, content: span.content, start: span.start - start, end: span.end - start,
                    thread: span.thread, job: span.job)
            }
            return Profile(
                // What begins together and ends later is around the other.
                spans: spans.sorted { ($0.start, -$0.end, $0.thread) < ($1.start, -$1.end, $1.thread) },
                jobs: state.jobs, nanoseconds: end - start, threads: state.logs.count)
        }
    }
}

/// What one thread did for one recording. Only that thread writes to it.
final class SpanLog: @unchecked Sendable {
    // Unchecked: a thread writes to its own log alone. The recording reads it after the jobs have ended, which the pool
    // makes known with the ordering that this takes.
    fileprivate let owner: pthread_t
    private(set) var spans: [Profile.Span] = []
    private let recording: Recording
    private let thread: Int
    /// Where the thread is at the moment.
    private var place = Place()

    struct Place {
        /// The stage's name, which those of layers follow.
        var stage = ""
        var path = ""
        var kind: OperationCost.Kind?
        var job: Int?
    }

    fileprivate init(of recording: Recording, thread: Int, owner: pthread_t) {
        self.recording = recording
        self.thread = thread
        self.owner = owner
    }

    /// The log of this thread; nil while it is not recorded.
    static var current: SpanLog? {
        get {
            if Recording.count.load(ordering: .relaxed) == 0 { return nil }
            return pthread_getspecific(key).map { Unmanaged<SpanLog>.fromOpaque($0).takeUnretainedValue() }
        }
        set { pthread_setspecific(key, newValue.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) }) }
    }

    private static let key = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    func layerPath(_ path: String) -> String {
        path.isEmpty ? place.path : place.stage.isEmpty ? path : "\(place.stage).\(path)"
    }

    func operation<Value>(_ cost: OperationCost, _ body: () -> Value) -> Value {
        var inner = place
        inner.kind = cost.kind
        return span(.operation(cost), inner, body)
    }

    func part<Value, Failure: Error>(
        _ path: String, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        if path == place.path { return try body() }
        var inner = place
        inner.path = path
        return try span(.part, inner, body)
    }

    func stage<Value, Failure: Error>(
        _ name: String, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var inner = place
        inner.stage = layerPath(name)
        inner.path = inner.stage
        return try span(.part, inner, body)
    }

    private func span<Value, Failure: Error>(
        _ content: Profile.Span.Content, _ inner: Place, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let outer = place
        place = inner
        let start = ThreadPool.nanoseconds()
        defer {
            spans.append(
                Profile.Span(
                    path: inner.path, content: content, start: start, end: ThreadPool.nanoseconds(), thread: thread,
                    job: inner.job))
            place = outer
        }
        return try body()
    }

    // MARK: Jobs

    /// Work that this thread is about to share with others.
    final class SharedJob: Sendable {
        fileprivate let number: Int
        fileprivate let start = ThreadPool.nanoseconds()
        private let busy = Atomic<Int>(0)
        private let recording: Recording
        private let place: Place

        fileprivate init(_ recording: Recording, _ place: Place) {
            self.recording = recording
            number = recording.addJob()
            var place = place
            place.job = number
            self.place = place
        }

        /// One thread's share, on whatever thread it runs.
        func share(_ body: () -> Void) {
            let own = SpanLog.current
            let log = own ?? recording.log()
            if own == nil { SpanLog.current = log }
            let start = ThreadPool.nanoseconds()
            var inner = place
            inner.kind = nil
            log.span(.share(place.kind), inner, body)
            busy.wrappingAdd(ThreadPool.nanoseconds() - start, ordering: .relaxed)
            if own == nil { SpanLog.current = nil }
        }

        /// To be called when all shares are done.
        func end() {
            recording.finish(
                number,
                Profile.Job(
                    nanoseconds: ThreadPool.nanoseconds() - start, busyNanoseconds: busy.load(ordering: .relaxed)))
        }
    }

    func beginJob() -> SharedJob { SharedJob(recording, place) }
}
