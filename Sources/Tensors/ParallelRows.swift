/// The one door to several threads.
public enum ParallelRows {
    /// A range is cut into at most this many chunks, whatever the number of threads: what a chunk covers, and so the
    /// order of arithmetic inside it, never depends on the machine.
    private static let mostChunks = 64

    /// Calls `body` for ranges that together cover 0 ..< count once, on several threads, and returns when all are done.
    ///
    /// A call from inside `body` runs in place. Several callers at once are served together.
    ///
    /// - Parameters:
    ///   - minimumPerTask: fewer than this are not worth a thread's wake-up.
    public static func forEach(count: Int, minimumPerTask: Int, body: @Sendable (Range<Int>) -> Void) {
        forEachDisjoint(count: count, minimumPerTask: minimumPerTask, body)
    }

    /// The same for code in this module that writes through pointers: the ranges do not overlap, and each chunk writes
    /// only what its range names.
    static func forEachDisjoint(count: Int, minimumPerTask: Int, _ body: (Range<Int>) -> Void) {
        run(count: count, minimumPerTask: minimumPerTask) { claimed, size in
            for chunk in claimed { body(chunk * size..<min(count, (chunk + 1) * size)) }
        }
    }

    /// The same where nothing depends on where ranges end: a thread gets all the neighbouring chunks that it took as one
    /// range, so that it knows what it does next.
    static func forEachNeighbouring(count: Int, minimumPerTask: Int, _ body: (Range<Int>) -> Void) {
        run(count: count, minimumPerTask: minimumPerTask) { claimed, size in
            body(claimed.lowerBound * size..<min(count, claimed.upperBound * size))
        }
    }

    private static func run(count: Int, minimumPerTask: Int, _ body: (_ claimed: Range<Int>, _ size: Int) -> Void) {
        if count <= 0 { return }
        let size = max(minimumPerTask, 1, (count + mostChunks - 1) / mostChunks)
        ThreadPool.shared.run(chunks: (count + size - 1) / size) { body($0, size) }
    }
}
