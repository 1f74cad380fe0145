/// Work on several threads. All operations use it.
public enum ParallelRows {
    /// Calls `body` for ranges that together cover 0 ..< count once, on several threads, and returns when all are done.
    ///
    /// A call from inside `body` runs in place. Several callers at once are served together. A range is `minimumPerTask`
    /// long at least, except the last one, because less work is not worth waking a thread. There are at most 64, whatever
    /// the number of threads: what a range covers, and so the order of arithmetic inside it, never depends on the machine.
    public static func forEach(count: Int, minimumPerTask: Int, body: @Sendable (Range<Int>) -> Void) {
        let split = WorkSplit(fixed: count, least: minimumPerTask)
        ThreadPool.shared.run(chunks: split.chunks) { claim in
            for chunk in claim.chunks { body(split.items(chunk..<chunk + 1)) }
        }
    }

    /// The same for chunks of which a thread gets all that it took as one range.
    package static func forEach(_ split: WorkSplit, body: @Sendable (Range<Int>) -> Void) {
        forEachDisjoint(split, body)
    }

    /// The same for code in this module that writes through pointers: the ranges do not overlap, and each writes only what
    /// it names.
    static func forEachDisjoint(_ split: WorkSplit, _ body: (Range<Int>) -> Void) {
        ThreadPool.shared.run(chunks: split.chunks) { body(split.items($0.chunks)) }
    }

    /// The same with `next`, which says, if it is asked, at which item this thread will probably go on.
    static func forEachNeighbouring(
        _ split: WorkSplit, _ body: (_ range: Range<Int>, _ next: () -> Int?) -> Void
    ) {
        ThreadPool.shared.run(chunks: split.chunks) { claim in
            body(split.items(claim.chunks)) { claim.probableNext.map(split.first) }
        }
    }
}
