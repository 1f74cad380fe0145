#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The threads of this process's computation: made on first need, kept, asleep while there is nothing to do.
///
/// A job is a number of chunks. The caller works on its own job; workers join whichever job has chunks left and seats
/// free. Which thread runs a chunk is chance; what the chunk does is not.
final class ThreadPool: @unchecked Sendable {
    // Unchecked: every stored property below is read and written with `mutex` held.
    static let shared = ThreadPool()

    private final class Job {
        let chunks: Int
        let run: (Int) -> Void
        var next = 0
        var finished = 0
        var seats: Int

        init(chunks: Int, seats: Int, run: @escaping (Int) -> Void) {
            self.chunks = chunks
            self.seats = seats
            self.run = run
        }
    }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let workArrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let chunkFinished = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let busyKey: pthread_key_t
    private var jobs: [Job] = []
    private var workers = 0
    private var wanted: Int

    private init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(workArrived, nil)
        pthread_cond_init(chunkFinished, nil)
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        busyKey = key
        wanted = ComputeThreads.initial.count
    }

    /// The threads a job may use, the caller included.
    var threads: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return wanted
    }

    func resize(to count: Int) {
        pthread_mutex_lock(mutex)
        wanted = count
        pthread_mutex_unlock(mutex)
    }

    /// Runs `body` for 0 ..< chunks and returns when all are done. A call from inside a chunk runs in place.
    func run(chunks: Int, _ body: (Int) -> Void) {
        let threads = threads
        if chunks <= 1 || threads == 1 || pthread_getspecific(busyKey) != nil {
            for chunk in 0..<chunks { body(chunk) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let job = Job(chunks: chunks, seats: threads - 1, run: body)
            pthread_mutex_lock(mutex)
            jobs.append(job)
            growIfNeeded(to: threads - 1)
            pthread_cond_broadcast(workArrived)
            work(on: job)
            while job.finished < job.chunks { pthread_cond_wait(chunkFinished, mutex) }
            pthread_mutex_unlock(mutex)
        }
    }

    /// Takes chunks of a job until none is left. Called and returns with the mutex held.
    private func work(on job: Job) {
        pthread_setspecific(busyKey, UnsafeRawPointer(mutex))
        while job.next < job.chunks {
            let chunk = job.next
            job.next += 1
            if job.next == job.chunks { jobs.removeAll { $0 === job } }
            pthread_mutex_unlock(mutex)
            job.run(chunk)
            pthread_mutex_lock(mutex)
            job.finished += 1
            if job.finished == job.chunks { pthread_cond_broadcast(chunkFinished) }
        }
        pthread_setspecific(busyKey, nil)
    }

    /// Called with the mutex held. A thread that the system refuses is done without: the caller does the work.
    private func growIfNeeded(to count: Int) {
        while workers < count {
            var attributes = pthread_attr_t()
            pthread_attr_init(&attributes)
            pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
            // Room for the product library, which keeps buffers on the stack.
            pthread_attr_setstacksize(&attributes, 4 << 20)
            #if canImport(Darwin)
                var thread: pthread_t?
            #else
                var thread = pthread_t()
            #endif
            let status = pthread_create(
                &thread, &attributes,
                { _ in
                    ThreadPool.shared.serve()
                    return nil
                }, nil)
            pthread_attr_destroy(&attributes)
            if status != 0 { return }
            workers += 1
        }
    }

    private func serve() {
        pthread_mutex_lock(mutex)
        while true {
            if let job = jobs.first(where: { $0.seats > 0 && $0.next < $0.chunks }) {
                job.seats -= 1
                work(on: job)
                job.seats += 1
            } else {
                pthread_cond_wait(workArrived, mutex)
            }
        }
    }
}
