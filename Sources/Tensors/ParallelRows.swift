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
        if count <= 0 { return }
        let size = max(minimumPerTask, 1, (count + mostChunks - 1) / mostChunks)
        let chunks = (count + size - 1) / size
        ThreadPool.shared.run(chunks: chunks) { chunk in
            body(chunk * size..<min(count, (chunk + 1) * size))
        }
    }
}
