import Foundation
import Synchronization
import WholeFiles

/// How far a run is: the bar, lines of JSON on standard error, and a file that shows that the run is alive.
final class RunProgress: Sendable {
    private struct State {
        var done: Int
        var failed: Int
        var now = 0
        var lastShown: ContinuousClock.Instant?
    }

    private let total: Int
    private let options: BatchOptions
    private let bar: ProgressBar
    private let start = ContinuousClock.now
    private let state: Mutex<State>

    /// More often nobody needs to hear of it.
    private static let interval = Duration.seconds(1)

    /// - Parameters:
    ///   - remaining: what is left to do, and what was done before.
    ///   - isQuiet: without a bar.
    init(_ remaining: RemainingPictures<some RunItem>, _ options: BatchOptions, isQuiet: Bool) {
        total = remaining.count
        self.options = options
        bar = ProgressBar(total: remaining.items.count, isWanted: !isQuiet && options.progress == .bar)
        state = Mutex(State(done: remaining.done, failed: remaining.failed))
    }

    /// Takes the bar away, so that a line can be printed.
    func hide() { bar.hide() }

    /// The work begins. Where it cannot be told, it does not.
    func begin() throws { try tell(isLast: true) }

    /// A picture is done or has failed.
    func advance(hasFailed: Bool) throws {
        let (now, isLast) = state.withLock { state in
            if hasFailed { state.failed += 1 } else { state.done += 1 }
            state.now += 1
            return (state.now, state.done + state.failed == total)
        }
        bar.show(done: now, secondsPerPicture: secondsPerPicture(now))
        try tell(isLast: isLast)
    }

    private func secondsPerPicture(_ count: Int) -> Double {
        count == 0 ? 0 : (ContinuousClock.now - start) / .seconds(1) / Double(count)
    }

    /// - Parameter isLast: whether it is told however short ago something was.
    private func tell(isLast: Bool) throws {
        if options.progress == .bar, options.heartbeat == nil { return }
        let record: ProgressRecord? = state.withLock { state in
            if !isLast, let last = state.lastShown, ContinuousClock.now - last < Self.interval { return nil }
            state.lastShown = .now
            let left = total - state.done - state.failed
            let seconds = secondsPerPicture(state.now) * Double(left)
            return ProgressRecord(
                done: state.done, failed: state.failed, total: total,
                secondsLeft: state.now == 0 ? nil : seconds.rounded())
        }
        guard let line = try record?.json(pretty: false) else { return }
        if options.progress == .json { Terminal.show(line + "\n") }
        guard let heartbeat = options.heartbeat else { return }
        do { try WholeFile.write((line + "\n").utf8, to: heartbeat) } catch {
            throw CommandFailure.output("\(error) (--heartbeat)")
        }
    }
}

/// How far a run is.
struct ProgressRecord: OutputRecord {
    static let kind = "progress"

    /// Pictures whose results are there, those of earlier runs included.
    var done: Int
    var failed: Int
    var total: Int
    /// Absent until the first picture is done.
    var secondsLeft: Double?
}
