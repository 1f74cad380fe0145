import Foundation
import Synchronization

/// A value that is made on another thread.
final class Pending<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let isDone = DispatchGroup()

    /// Starts at once, or once what stands before it on `queue` is done.
    init(on queue: DispatchQueue, _ make: @escaping @Sendable () throws -> Value) {
        queue.async(group: isDone) {
            let made = Result { try make() }
            self.result.withLock { $0 = made }
        }
    }

    /// Waits until it is there.
    ///
    /// - Parameter untilStopped: whether a request to stop ends the waiting, for what takes long and is not needed then.
    /// - Throws: what making it threw, or the `ExitCode` of that request.
    func get(untilStopped: Bool = false) throws -> Value {
        if untilStopped {
            while isDone.wait(timeout: .now() + .milliseconds(50)) == .timedOut { try StopRequest.check() }
        }
        isDone.wait()
        guard let made = result.withLock({ $0 }) else { throw CancellationError() }
        return try made.get()
    }
}

/// Items with what is read for each of them, in their order. While the caller works on one item, the next one is read
/// on a thread of its own; never more than that one, so that memory does not grow with the number of items.
///
/// The thread is that of a serial Dispatch queue: reading blocks, in the disk and in the picture libraries, which a task
/// must not do to the few threads that tasks share, and the work around it is an ordinary loop.
struct ReadAhead<Item: Sendable, Value: Sendable>: Sequence, IteratorProtocol {
    private let queue = DispatchQueue(label: "vitrine.reading")
    private let read: @Sendable (Item) throws -> Value
    private var rest: ArraySlice<Item>
    private var coming: (item: Item, value: Pending<Value>)?

    /// Starts with the first item. Where memory is short a thread cannot be made, and reading never comes to an end: models
    /// are loaded before, since they see to it that there is enough.
    init(_ items: [Item], _ read: @escaping @Sendable (Item) throws -> Value) {
        self.read = read
        rest = items[...]
        advance()
    }

    private mutating func advance() {
        coming = rest.popFirst().map { item in
            (item, Pending(on: queue) { [read] in try read(item) })
        }
    }

    /// The next item and what was read, or the error that reading ended with.
    mutating func next() -> (item: Item, value: Result<Value, any Error>)? {
        guard let current = coming else { return nil }
        let value = Result { try current.value.get(untilStopped: true) }
        advance()
        return (current.item, value)
    }
}
