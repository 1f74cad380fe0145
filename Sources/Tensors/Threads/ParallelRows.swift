/// Work on several threads. All operations use it.
public enum ParallelRows {
    /// A range is cut into at most this many chunks, whatever the number of threads: what a chunk covers, and so the
    /// order of arithmetic inside it, never depends on the machine.
    private static let mostChunks = 64

    /// Calls `body` for ranges that together cover 0 ..< count once, on several threads, and returns when all are done.
    ///
    /// A call from inside `body` runs in place. Several callers at once are served together. A range is `minimumPerTask`
    /// long at least, except the last one, because less work is not worth waking a thread.
    public static func forEach(count: Int, minimumPerTask: Int, body: @Sendable (Range<Int>) -> Void) {
        forEachDisjoint(count: count, minimumPerTask: minimumPerTask, body)
    }

    /// The same for code in this module that writes through pointers: the ranges do not overlap, and each chunk writes
    /// only what its range names.
    static func forEachDisjoint(count: Int, minimumPerTask: Int, _ body: (Range<Int>) -> Void) {
        if count <= 0 { return }
        let size = max(minimumPerTask, 1, (count + mostChunks - 1) / mostChunks)
        ThreadPool.shared.run(chunks: (count + size - 1) / size) { claim in
            for chunk in claim.chunks { body(chunk * size..<min(count, (chunk + 1) * size)) }
        }
    }

    /// The same where nothing depends on where ranges end: a thread gets all that it took as one range, and as `next`, if it
    /// asks, the index at which it will probably go on.
    static func forEachNeighbouring(
        count: Int, minimumPerTask: Int, _ body: (_ range: Range<Int>, _ next: () -> Int?) -> Void
    ) {
        if count <= 0 { return }
        let size = max(minimumPerTask, 1)
        ThreadPool.shared.run(chunks: (count + size - 1) / size) { claim in
            let range = claim.chunks.lowerBound * size..<min(count, claim.chunks.upperBound * size)
            body(range) { claim.probableNext.map { $0 * size } }
        }
    }
}
