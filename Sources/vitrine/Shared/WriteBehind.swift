import Foundation
import Synchronization

/// Work that follows the computation of an item, done one after the other on a thread of its own while the caller
/// computes the next item. After the first error nothing more is done.
///
/// At most one piece waits behind the one in hand: a caller that is faster waits, so that memory stays flat.
final class WriteBehind: Sendable {
    private let queue = DispatchQueue(label: "vitrine.writing")
    private let seats = DispatchSemaphore(value: 2)
    private let failure = Mutex<(any Error)?>(nil)

    /// Hands over a piece of work.
    ///
    /// - Throws: what an earlier piece threw.
    func submit(_ work: @escaping @Sendable () throws -> Void) throws {
        seats.wait()
        StopRequest.takeInHand()
        queue.async {
            defer {
                self.seats.signal()
                StopRequest.letGo()
            }
            if self.failure.withLock({ $0 != nil }) { return }
            do { try work() } catch { self.failure.withLock { $0 = error } }
        }
        // Nothing may hold the output folder any more when the caller hears of a failure: who lets go of it tidies it.
        if failure.withLock({ $0 != nil }) { try finish() }
    }

    /// Waits for all that was handed over.
    ///
    /// - Throws: what a piece threw.
    func finish() throws {
        queue.sync {}
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
