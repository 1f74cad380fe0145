import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The threads that compute in this process. They are made when they are first needed, and sleep while there is no
/// work.
///
/// A job is a number of chunks. The caller works on its own job, and workers join any job that has chunks left.
/// A worker joins only while fewer threads than wanted compute, callers included. Chance decides which thread runs a
/// chunk, but not what the chunk computes.
///
/// Waking a sleeping thread takes as long as a small layer. So a thread without work looks for more, for
/// `patienceNanoseconds`, before it sleeps, and lets other threads run meanwhile. This is long enough to stay awake
/// from one operation of a model to the next. An idle process uses no processor time.
final class ThreadPool: @unchecked Sendable {
    // Unchecked: every stored property that is not atomic is read and written with `mutex` held.
    static let shared = ThreadPool()

    private static let patienceNanoseconds = 100_000

    /// Chunks that one thread has taken.
    struct Claim {
        let chunks: Range<Int>
        fileprivate let job: Job?
        fileprivate let threads: Int

        /// The chunk that this thread will probably take after these; nil if none will be left. The estimate assumes
        /// that half of all threads take a chunk before it.
        var probableNext: Int? {
            guard let job else { return nil }
            let next = job.next.load(ordering: .relaxed) + threads / 2
            return next < job.chunks ? next : nil
        }
    }

    fileprivate final class Job: @unchecked Sendable {
        // Unchecked: `callerSleeps` is touched with the pool's mutex held; `run` is called only for claimed chunks, and
        // the caller's frame, which holds it, waits for those.
        let chunks: Int
        let run: UnsafePointer<(Claim) -> Void>
        let next = Atomic<Int>(0)
        let finished = Atomic<Int>(0)
        var callerSleeps = false

        init(chunks: Int, run: UnsafePointer<(Claim) -> Void>) {
            self.chunks = chunks
            self.run = run
        }

        var hasChunks: Bool { next.load(ordering: .relaxed) < chunks }
        var isFinished: Bool { finished.load(ordering: .acquiring) == chunks }

        /// The next chunks for one thread.
        func claim(threads: Int) -> Range<Int>? {
            let size = WorkSplit.share(after: next.load(ordering: .relaxed), of: chunks, threads: threads)
            let first = next.wrappingAdd(size, ordering: .relaxed).oldValue
            return first < chunks ? first..<min(chunks, first + size) : nil
        }
    }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let workArrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let jobFinished = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let busyKey: pthread_key_t
    private var jobs: [Job] = []
    private var workers = 0
    private var sleepers = 0
    private let wanted: Atomic<Int>
    /// Threads that compute at the moment, callers and workers.
    private let active = Atomic<Int>(0)
    /// Counts what a waiting worker waits for: new jobs, and room for one more thread.
    private let arrivals = Atomic<Int>(0)

    private init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(workArrived, nil)
        pthread_cond_init(jobFinished, nil)
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        busyKey = key
        wanted = Atomic(ComputeThreads.initial.count)
    }

    /// The threads a job may use, the caller included.
    var threads: Int { wanted.load(ordering: .relaxed) }

    func resize(to count: Int) { wanted.store(count, ordering: .relaxed) }

    /// Runs `body` for claims that together cover 0 ..< chunks and returns when all are done. A call from inside a
    /// chunk runs in place.
    func run(chunks: Int, _ body: (Claim) -> Void) {
        let threads = threads
        if chunks <= 0 { return }
        if chunks == 1 || threads == 1 || pthread_getspecific(busyKey) != nil {
            body(Claim(chunks: 0..<chunks, job: nil, threads: 1))
            return
        }
        guard let log = SpanLog.current else { return distribute(chunks, threads, body) }
        let job = log.beginJob()
        distribute(chunks, threads) { claim in job.share { body(claim) } }
        job.end()
    }

    private func distribute(_ chunks: Int, _ threads: Int, _ body: (Claim) -> Void) {
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { body in
                let job = Job(chunks: chunks, run: body)
                publish(job, threads: threads)
                work(on: job)
                withdraw(job)
                waitForEnd(of: job)
            }
        }
    }

    private func publish(_ job: Job, threads: Int) {
        pthread_mutex_lock(mutex)
        jobs.append(job)
        active.wrappingAdd(1, ordering: .relaxed)
        growIfNeeded(to: threads - 1)
        announce(for: min(threads, job.chunks) - 1)
        pthread_mutex_unlock(mutex)
    }

    /// Called by the job's caller when no chunk is left to claim.
    private func withdraw(_ job: Job) {
        pthread_mutex_lock(mutex)
        jobs.removeAll { $0 === job }
        active.wrappingSubtract(1, ordering: .relaxed)
        // This thread no longer counts, so a worker may join another caller's job.
        if !jobs.isEmpty { announce(for: 1) }
        pthread_mutex_unlock(mutex)
    }

    /// Tells workers about new work and wakes as many sleepers as can help. The caller holds the mutex.
    private func announce(for helpers: Int) {
        arrivals.wrappingAdd(1, ordering: .releasing)
        for _ in 0..<min(helpers, sleepers) { pthread_cond_signal(workArrived) }
    }

    private func waitForEnd(of job: Job) {
        if ThreadPool.waitBriefly(until: { job.isFinished }) { return }
        pthread_mutex_lock(mutex)
        job.callerSleeps = true
        while !job.isFinished { pthread_cond_wait(jobFinished, mutex) }
        pthread_mutex_unlock(mutex)
    }

    /// Claims and runs chunks of a job until none is left, or until more threads compute than should.
    private func work(on job: Job, isHelper: Bool = false) {
        pthread_setspecific(busyKey, UnsafeRawPointer(mutex))
        let threads = threads
        while !(isHelper && active.load(ordering: .relaxed) > threads), let range = job.claim(threads: threads) {
            job.run.pointee(Claim(chunks: range, job: job, threads: threads))
            let before = job.finished.wrappingAdd(range.count, ordering: .acquiringAndReleasing).oldValue
            if before + range.count == job.chunks {
                pthread_mutex_lock(mutex)
                if job.callerSleeps { pthread_cond_broadcast(jobFinished) }
                pthread_mutex_unlock(mutex)
            }
        }
        pthread_setspecific(busyKey, nil)
    }

    /// Checks a condition again and again, for up to `patienceNanoseconds`, and returns whether it came true.
    private static func waitBriefly(until condition: () -> Bool) -> Bool {
        let start = nanoseconds()
        while true {
            for _ in 0..<4 {
                if condition() { return true }
                sched_yield()
            }
            if nanoseconds() - start > patienceNanoseconds { return condition() }
        }
    }

    /// Of a clock that only goes on.
    static func nanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
    }

    /// Makes workers; the caller holds the mutex. If the system refuses a thread, the others do its work.
    private func growIfNeeded(to count: Int) {
        while workers < count {
            guard DetachedThread.start(stackBytes: 4 << 20, { ThreadPool.shared.serve() }) else { return }
            workers += 1
        }
    }

    private func serve() {
        while true {
            let seen = arrivals.load(ordering: .acquiring)
            if let job = join() {
                work(on: job, isHelper: true)
                leave()
            } else if !ThreadPool.waitBriefly(until: { arrivals.load(ordering: .acquiring) != seen }) {
                pthread_mutex_lock(mutex)
                // Work is announced with the mutex held, so none can arrive between this check and the sleep.
                if arrivals.load(ordering: .acquiring) == seen {
                    sleepers += 1
                    pthread_cond_wait(workArrived, mutex)
                    sleepers -= 1
                }
                pthread_mutex_unlock(mutex)
            }
        }
    }

    /// A job that has chunks left, if one more thread may compute.
    private func join() -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard active.load(ordering: .relaxed) < threads, let job = jobs.first(where: { $0.hasChunks }) else {
            return nil
        }
        active.wrappingAdd(1, ordering: .relaxed)
        return job
    }

    private func leave() {
        pthread_mutex_lock(mutex)
        active.wrappingSubtract(1, ordering: .relaxed)
        pthread_mutex_unlock(mutex)
    }
}
