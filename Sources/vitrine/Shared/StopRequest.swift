import ArgumentParser
import Foundation
import Synchronization
import Tensors
import WholeFiles

/// A request to stop: a signal, or the end of a time limit.
///
/// Loops look at it between items. A computation in ``computing(_:)`` ends between two blocks of a model, without a result.
/// What is marked with ``whileInHand(_:)``, the writing of results, is finished first. Anywhere else there is nothing worth
/// waiting for: half a second after the request a thread of its own ends the process, whatever the command is doing, be it
/// loading a model or decoding a large picture.
/// Files and results appear whole or not at all, so nothing is half written then; files without their names are removed.
///
/// A second SIGINT or SIGTERM ends the process at once.
enum StopRequest {
    /// A signal, ``limitReached``, or 0 for none.
    private static let received = Atomic<Int32>(0)
    private static let limitReached: Int32 = -1
    /// How many pieces of work are to be finished before the process ends.
    private static let inHand = Atomic<Int>(0)
    /// What is said when the process ends early.
    private static let farewell = Mutex<String?>(nil)
    /// Ends computations.
    private static let cancellation = CancellationCheck()
    /// Where the handler of signals wakes the watching thread.
    private static let alarm = Atomic<Int32>(-1)

    /// Catches the signals. A closed pipe and a limit on the size of files become errors that the writer sees.
    static func install() {
        for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
        var ends: [Int32] = [-1, -1]
        // Both are touched here, because the handler must not be the first to do so.
        guard received.load(ordering: .relaxed) == 0, pipe(&ends) == 0 else { return }
        let (reader, writer) = (ends[0], ends[1])
        alarm.store(writer, ordering: .relaxed)
        Thread { watch(reader) }.start()
        var heard = sigset_t()
        sigemptyset(&heard)
        for number in [SIGINT, SIGTERM, SIGUSR1] {
            signal(number) { StopRequest.handle($0) }
            sigaddset(&heard, number)
        }
        // A program that blocks signals hands that on to what it starts.
        pthread_sigmask(SIG_UNBLOCK, &heard, nil)
    }

    /// Asks for a stop after some time, as the signal SIGUSR1 does at once.
    static func request(afterSeconds seconds: Double) {
        // Dispatch's clock is monotonic: setting the time of day changes nothing.
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { note(limitReached) }
    }

    /// How the process should end, when it was asked to.
    static var status: ExitStatus? {
        switch received.load(ordering: .relaxed) {
        case 0: nil
        case SIGINT: .interrupted
        case SIGTERM: .terminated
        default: .stopped
        }
    }

    /// - Throws: `ExitCode`, when the process was asked to stop.
    static func check() throws(ExitCode) {
        if let status { throw ExitCode(status.rawValue) }
    }

    // MARK: What is left undone

    /// Keeps a sentence that says how far the work is. It is told when a request ends the process.
    static func remember(_ sentence: String) { farewell.withLock { $0 = sentence } }

    /// Tells the sentence, once.
    static func sayFarewell() {
        let sentence = farewell.withLock { sentence in
            defer { sentence = nil }
            return sentence
        }
        if let sentence { Terminal.complain(sentence) }
    }

    // MARK: Computations

    /// Runs a computation that a request to stop ends early.
    ///
    /// - Parameter compute: does nothing but that: once it has been ended, each of its errors is a consequence.
    /// - Throws: the `ExitCode` of the request; what `compute` throws without one.
    static func computing<Value>(_ compute: () throws -> Value) throws -> Value {
        do { return try cancellation(compute) } catch {
            if cancellation.isCancelled { try check() }
            throw error
        }
    }

    // MARK: Work in hand

    /// Runs a piece of work that is finished before the process ends.
    static func whileInHand<Value>(_ work: () throws -> Value) rethrows -> Value {
        takeInHand()
        defer { letGo() }
        return try work()
    }

    /// From here to ``letGo()`` a piece of work is in hand.
    static func takeInHand() { inHand.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    static func letGo() { inHand.wrappingSubtract(1, ordering: .sequentiallyConsistent) }

    // MARK: What comes in

    private static func handle(_ number: Int32) {
        let before = received.load(ordering: .relaxed)
        if number != SIGUSR1, before == SIGINT || before == SIGTERM {
            signal(number, SIG_DFL)
            raise(number)
        } else {
            let code = errno
            note(number)
            errno = code
        }
    }

    /// Keeps a request. SIGINT and SIGTERM say more than a limit; that may come after them, and they after it.
    private static func note(_ request: Int32) {
        if request == SIGINT || request == SIGTERM {
            received.store(request, ordering: .relaxed)
        } else {
            _ = received.compareExchange(expected: 0, desired: request, ordering: .relaxed)
        }
        var byte: UInt8 = 1
        _ = write(alarm.load(ordering: .relaxed), &byte, 1)
    }

    private static func watch(_ reader: Int32) {
        var byte: UInt8 = 0
        while read(reader, &byte, 1) != 1 { if errno != EINTR { return } }
        cancellation.cancel()
        let (patience, step) = (10, 50_000 as UInt32)
        var (idle, busy) = (0, 0)
        while true {
            usleep(step)
            if inHand.load(ordering: .sequentiallyConsistent) == 0 {
                idle += 1
                if idle >= patience, let status {
                    sayFarewell()
                    UnfinishedFile.removeOwn()
                    _exit(status.rawValue)
                }
            } else {
                idle = 0
                busy += 1
                if busy == patience {
                    Terminal.complain(
                        "stopping when the results in hand are written; SIGINT (Ctrl-C) now stops at once")
                }
            }
        }
    }
}

/// How long a command may run.
struct RunLimitOptions: ParsableArguments {
    @Option(
        help: "Stop in order after this time, such as 90s, 50m or 2h, and end with 6. SIGUSR1 does the same at once.")
    var timeLimit: TimeLimit?

    /// Starts the clock.
    func apply() {
        if let timeLimit { StopRequest.request(afterSeconds: timeLimit.seconds) }
    }
}

/// A number and `s`, `m` or `h`.
struct TimeLimit: ExpressibleByArgument {
    var seconds: Double

    init?(argument: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
        guard let unit = argument.last.flatMap({ units[$0] }), let number = Double(argument.dropLast()),
            number.isFinite, number > 0
        else { return nil }
        seconds = number * unit
    }
}
