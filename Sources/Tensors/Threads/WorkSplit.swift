/// How a job is cut for threads: into chunks of neighbouring items, each of which one thread does alone.
///
/// It follows from the shape of the work and the number of threads, and from nothing else. So a test can weigh what a machine
/// with many threads would get on one that has few.
package struct WorkSplit: Sendable, Equatable {
    /// Items 0 ..< `count`.
    package let count: Int
    package let chunks: Int
    /// Items that stay together, and how many times as many there are.
    private let unit: Int
    private let units: Int

    /// At most this many chunks, or `chunksPerThread` for each thread if that is more.
    private static let mostChunks = 64
    private static let chunksPerThread = 8
    /// Tasks for each thread at least, and idle threads in percent of all of their time at most, where work can be cut so.
    static let tasksPerThread = 4
    private static let mostIdlePercent = 8

    /// Numbers that are worth a chunk where they are only read and written: half a microsecond and more.
    static let leastNumbers = 2_560

    /// Chunks of nearly equal size, as many for each thread. Only where nothing that is computed depends on where they end.
    ///
    /// - Parameters:
    ///   - least: items that are worth a chunk.
    ///   - unit: items that stay together.
    package init(_ count: Int, least: Int, unit: Int = 1, threads: Int = ComputeThreads.count) {
        let units = (count + unit - 1) / unit
        let worth = max(1, units / max(1, (least + unit - 1) / unit))
        let most = min(max(WorkSplit.mostChunks, WorkSplit.chunksPerThread * threads), worth)
        self.init(count, chunks: units == 0 ? 0 : most < threads ? most : most / threads * threads, unit, units)
    }

    /// The same for elements one by one, in whole lines of the caches. So no chunk but the last has an end that is not a whole
    /// vector.
    init(elements count: Int, least: Int, threads: Int = ComputeThreads.count) {
        self.init(count, least: least, unit: 64, threads: threads)
    }

    /// Chunks that the count alone decides, at most 64 of them: where what is computed may depend on where they end.
    init(fixed count: Int, least: Int) {
        self.init(each: count, least: max(least, (count + WorkSplit.mostChunks - 1) / WorkSplit.mostChunks))
    }

    /// Chunks of `least` items: where an item is a task of its own, or nearly.
    init(each count: Int, least: Int) {
        let size = max(1, least)
        let chunks = (count + size - 1) / size
        self.init(count, chunks: chunks, size, chunks)
    }

    private init(_ count: Int, chunks: Int, _ unit: Int, _ units: Int) {
        (self.count, self.chunks, self.unit, self.units) = (count, chunks, unit, units)
    }

    /// The items of neighbouring chunks.
    package func items(_ chunks: Range<Int>) -> Range<Int> { first(chunks.lowerBound)..<first(chunks.upperBound) }

    /// The first item of a chunk. Chunks with one item more come rather early, so that the last ones are short.
    func first(_ chunk: Int) -> Int { min(count, (chunk * units + max(0, chunks - 1)) / max(1, chunks) * unit) }

    /// How many chunks one thread takes at once when those before `next` are taken. Three quarters of all chunks are handed
    /// out in one large share a thread, so that neighbours stay together. The rest goes out one by one, so that all threads
    /// end at the same time.
    package static func share(after next: Int, of chunks: Int, threads: Int) -> Int {
        let share = max(1, 3 * chunks / (4 * threads))
        return next < share * threads ? share : 1
    }

    /// Whether equal tasks, `span` of whose parts the busiest thread does, leave threads idle for little of their time.
    static func isEven(tasks: Int, span: Int, parts: Int, threads: Int) -> Bool {
        tasks >= tasksPerThread * threads && (100 - mostIdlePercent) * span * threads <= 100 * parts
    }

    /// Into how large tasks `lists` lists of `count` parts each are cut, the tasks of one list all alike: the largest size
    /// that keeps all threads busy, or else the one with which they end first.
    ///
    /// - Parameters:
    ///   - most: the size that is best for one thread.
    ///   - step: smaller sizes are multiples of it.
    ///   - least: no smaller size is worth a task.
    static func taskSize(of count: Int, lists: Int, most: Int, step: Int, least: Int, threads: Int) -> Int {
        if threads == 1 || count == 0 { return most }
        var (size, best, bestSpan, bestTasks) = (most, most, Int.max, 0)
        repeat {
            let tasks = lists * ((count + size - 1) / size)
            let span = (tasks + threads - 1) / threads * size
            if isEven(tasks: tasks, span: span, parts: lists * count, threads: threads) { return size }
            if span < bestSpan || span == bestSpan && bestTasks < tasksPerThread * threads {
                (best, bestSpan, bestTasks) = (size, span, tasks)
            }
            size = (size - 1) / step * step
        } while size >= max(1, least)
        return best
    }
}
