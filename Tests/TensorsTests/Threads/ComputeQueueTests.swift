import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Tensors

@Suite("the queue of computations", .timeLimit(.minutes(2))) struct ComputeQueueTests {
    /// Work that holds the queue's thread until it is let go.
    private final class Plug: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)

        func wait() { semaphore.wait() }
        func letGo() { semaphore.signal() }
    }

    /// What happened, in order.
    private final class Diary: Sendable {
        private let lines = Mutex<[Int]>([])

        var entries: [Int] { lines.withLock { $0 } }
        func write(_ entry: Int) { lines.withLock { $0.append(entry) } }
    }

    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// A queue whose thread is held, and the task that holds it.
    private func plugged(_ queue: ComputeQueue) async throws -> (plug: Plug, task: Task<Void, any Error>) {
        let plug = Plug()
        let task = Task { try await queue.run { plug.wait() } }
        try await until { queue.load.isComputing }
        return (plug, task)
    }

    @Test("requests are computed one after the other, as they came, on one thread that is no task's")
    func order() async throws {
        let queue = ComputeQueue(waitingLimit: 64)
        let (plug, first) = try await plugged(queue)
        let diary = Diary()
        var tasks: [Task<pthread_t, any Error>] = []
        for index in 0..<20 {
            tasks.append(
                Task {
                    try await queue.run {
                        diary.write(index)
                        return pthread_self()
                    }
                })
            try await until { queue.load.waiting == index + 1 }
        }
        plug.letGo()
        try await first.value
        var threads: Set<pthread_t> = []
        for task in tasks { threads.insert(try await task.value) }
        #expect(diary.entries == Array(0..<20))
        #expect(threads.count == 1)
        let tasksThreads = await withTaskGroup(of: pthread_t.self) { group in
            for _ in 0..<100 { group.addTask { pthread_self() } }
            return await group.reduce(into: Set<pthread_t>()) { $0.insert($1) }
        }
        #expect(threads.isDisjoint(with: tasksThreads))
        #expect(queue.load == ComputeQueue.Load(done: 21))
    }

    @Test("a request beyond the bound is refused, and the others are not disturbed")
    func bound() async throws {
        let queue = ComputeQueue(waitingLimit: 2)
        let (plug, first) = try await plugged(queue)
        let waiting = (0..<2).map { index in Task { try await queue.run { index } } }
        try await until { queue.load.waiting == 2 }
        await #expect(throws: ComputeQueueError.full(waiting: 2)) { try await queue.run {} }
        queue.waitingLimit = 3
        let third = Task { try await queue.run { 2 } }
        try await until { queue.load.waiting == 3 }
        queue.waitingLimit = -5
        #expect(queue.waitingLimit == 0)
        await #expect(throws: ComputeQueueError.full(waiting: 3)) { try await queue.run {} }
        plug.letGo()
        try await first.value
        var found: [Int] = []
        for task in waiting + [third] { found.append(try await task.value) }
        #expect(found == [0, 1, 2])
        // None may wait, but one may be computed.
        try await until { !queue.load.isComputing }
        #expect(try await queue.run { 7 } == 7)
        #expect(queue.load.refused == 2)
    }

    @Test("a cancelled request leaves the queue at once; those behind it move up")
    func cancelledWhileWaiting() async throws {
        let queue = ComputeQueue(waitingLimit: 64)
        let (plug, first) = try await plugged(queue)
        let diary = Diary()
        var tasks: [Task<Void, any Error>] = []
        for index in 0..<3 {
            tasks.append(Task { try await queue.run { diary.write(index) } })
            try await until { queue.load.waiting == index + 1 }
        }
        tasks[1].cancel()
        // The thread is still held: nothing but the cancellation can have ended this request.
        await #expect(throws: CancellationError.self) { try await tasks[1].value }
        #expect(queue.load.waiting == 2 && queue.load.isComputing)
        plug.letGo()
        try await first.value
        try await tasks[0].value
        try await tasks[2].value
        #expect(diary.entries == [0, 2])
        #expect(queue.load == ComputeQueue.Load(done: 3, cancelled: 1))
    }

    @Test("a task that is cancelled before it asks gets no computation")
    func cancelledBefore() async {
        let queue = ComputeQueue(waitingLimit: 64)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await queue.run { _ = Issue.record("computed") }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(queue.load == ComputeQueue.Load(cancelled: 1))
    }

    @Test("a cancelled computation hears of it, what it throws then is a CancellationError, and the next goes on")
    func cancelledWhileComputing() async throws {
        struct OwnError: Error {}
        let queue = ComputeQueue(waitingLimit: 64)
        for throwsItsOwn in [false, true] {
            let task = Task {
                try await queue.run {
                    while true {
                        do {
                            try ComputeQueue.checkCancellation()
                        } catch {
                            if throwsItsOwn { throw OwnError() }
                            throw error
                        }
                        usleep(1000)
                    }
                }
            }
            try await until { queue.load.isComputing }
            let next = Task { try await queue.run { 5 } }
            try await until { queue.load.waiting == 1 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await next.value == 5)
        }
        #expect(queue.load == ComputeQueue.Load(done: 2, cancelled: 2))
        await #expect(throws: OwnError.self) { try await queue.run { () throws -> Void in throw OwnError() } }
        #expect(throws: Never.self) { try ComputeQueue.checkCancellation() }
    }

    @Test("what a request holds is gone when its task goes on")
    func memory() async throws {
        let queue = ComputeQueue(waitingLimit: 64)
        weak var left: Plug?
        do {
            let held = Plug()
            left = held
            let work: @Sendable () -> Void = { [held] in held.letGo() }
            try await queue.run(work)
        }
        #expect(left == nil)
    }

    @Test("steps end a computation that is cancelled, and are plain calls elsewhere")
    func steps() throws {
        struct Stopped: Error {}
        func count(to end: Int) throws(Stopped) -> Int {
            let steps = CancellableSteps(throwing: Stopped())
            var made = 0
            for _ in 0..<end { made += try steps { 1 } }
            return made
        }
        #expect(try count(to: 10) == 10)
        let asked = Mutex(0)
        let check = CancellationCheck {
            asked.withLock { asked in
                asked += 1
                return asked == 4
            }
        }
        #expect(throws: Stopped.self) { try check { try count(to: 10) } }
        #expect(asked.withLock { $0 } == 4 && check.isCancelled)
        // Once cancelled, always cancelled, and without asking.
        #expect(throws: Stopped.self) { try check { try count(to: 1) } }
        #expect(asked.withLock { $0 } == 4)
        // An inner computation has its own check, and the outer one has its again afterwards.
        let outer = CancellationCheck()
        try outer {
            #expect(throws: Stopped.self) { try check { try count(to: 1) } }
            let made = try count(to: 2)
            #expect(made == 2)
            outer.cancel()
            #expect(throws: Stopped.self) { try count(to: 1) }
        }
        #expect(CancellationCheck.current == nil)
    }

    @Test("a cancelled step leaves products and attention early; what it packed meanwhile is whole")
    func earlyExit() throws {
        var random = SeededGenerator(seed: 117)
        let (rows, tokens) = (random.tensor([130, 64]), random.tensor([1, 300, 96]))
        let values = random.tensor([200, 64])
        // A weight in memory that is another's, such as a mapped file's, is packed by its first product.
        final class Owner: Sendable {
            nonisolated(unsafe) let memory: UnsafeMutableBufferPointer<Float>

            init(_ values: [Float]) {
                memory = .allocate(capacity: values.count)
                _ = memory.initialize(from: values)
            }

            deinit { memory.deallocate() }
        }
        let owner = Owner(values.values)
        let pointer = try #require(owner.memory.baseAddress)
        let weight = LinearWeight(Tensor(borrowing: pointer, shape: values.shape, owner: owner))
        func attended() -> Tensor {
            scaledDotProductAttention(
                query: AttentionOperand(tokens, firstColumn: 0, width: 32),
                key: AttentionOperand(tokens, firstColumn: 32, width: 32),
                value: AttentionOperand(tokens, firstColumn: 64, width: 32), heads: 2)
        }
        let check = CancellationCheck()
        var left: [Tensor] = []
        #expect(throws: CancellationError.self) {
            try check {
                try CancellableSteps(throwing: CancellationError()) {
                    check.cancel()
                    left = [rows.linear(weight: weight), rows.linear(weight: values), attended()]
                }
            }
        }
        let whole = [rows.linear(weight: weight), rows.linear(weight: values), attended()]
        #expect(isIdentical(whole[0], rows.linear(weight: LinearWeight(values))))
        for (left, whole) in zip(left, whole) {
            #expect(left.shape == whole.shape && !isIdentical(left, whole))
        }
        // Outside of steps a cancelled computation goes on to its end.
        #expect(isIdentical(check { rows.linear(weight: weight) }, whole[0]))
    }

    @Test("the sentences of the errors")
    func sentences() {
        #expect(
            ComputeQueueError.full(waiting: 64).description
                == "64 requests wait for the models already, as many as may: ask again when some of them are done, or "
                + "raise ComputeQueue.shared.waitingLimit")
        #expect(ComputeQueueError.full(waiting: 1).description.hasPrefix("1 request waits for"))
        #expect(
            ComputeQueueError.noThread.description
                == "the system refuses the thread that computes: close what this process does not need, or raise its "
                + "limit of threads")
    }
}
