import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Tells a computation that nobody wants its result any more. Once it is cancelled, it stays so.
package final class CancellationCheck: Sendable {
    private let flag = Atomic<Bool>(false)
    /// Whether the computation is inside a step.
    private let isInStep = Atomic<Bool>(false)
    private let asked: @Sendable () -> Bool

    /// - Parameter asked: asked before each step of the computation, on its thread; true cancels it. For what cannot call
    ///   ``cancel()``.
    package init(_ asked: @escaping @Sendable () -> Bool = { false }) { self.asked = asked }

    /// Cancels, from any thread.
    package func cancel() { flag.store(true, ordering: .relaxed) }

    package var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// Asks, as a step of the computation does.
    fileprivate func ask() -> Bool {
        if !isCancelled && asked() { cancel() }
        return isCancelled
    }

    /// Runs a step, which operations may leave early.
    fileprivate func step<Value>(_ step: () -> Value) -> Value {
        let outer = isInStep.exchange(true, ordering: .relaxed)
        defer { isInStep.store(outer, ordering: .relaxed) }
        return step()
    }

    /// What ends an operation of this thread early; nil outside of steps.
    fileprivate static var ofStep: CancellationCheck? {
        current.flatMap { $0.isInStep.load(ordering: .relaxed) ? $0 : nil }
    }

    // MARK: The computation on this thread

    /// Where each thread keeps the check of its computation. The reference is unowned: ``callAsFunction(_:)`` has it.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// That of the computation on this thread; nil where nothing can cancel it.
    package static var current: CancellationCheck? {
        pthread_getspecific(key).map { Unmanaged<CancellationCheck>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Runs a computation on this thread that this check can cancel.
    package func callAsFunction<Value>(_ compute: () throws -> Value) rethrows -> Value {
        let outer = pthread_getspecific(Self.key)
        pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
        defer { pthread_setspecific(Self.key, outer) }
        return try withExtendedLifetime(self) { try compute() }
    }
}

/// The steps of a computation, such as the blocks of a tower. A computation that is cancelled ends between two of them,
/// and its long operations leave the step that runs early (``EarlyExit``).
///
/// A door makes this value once, and hands it on to where the steps are. Where nothing can cancel the computation, a step
/// is a plain call.
package struct CancellableSteps<Failure: Error>: Sendable {
    private let check: CancellationCheck?
    private let failure: Failure?

    /// Steps of the computation on this thread.
    ///
    /// - Parameter failure: what a step throws once the computation is cancelled.
    package init(throwing failure: Failure) {
        check = CancellationCheck.current
        self.failure = failure
    }

    private init() {
        check = nil
        failure = nil
    }

    /// Runs one step.
    ///
    /// - Parameter step: depends on shapes and not on values: an operation in it that was left early leaves any numbers
    ///   behind. It keeps nothing of what it makes anywhere but in its result.
    package func callAsFunction<Value>(_ step: () -> Value) throws(Failure) -> Value {
        guard let check, let failure else { return step() }
        if check.ask() { throw failure }
        let made = check.step(step)
        // What an operation left early has no meaning, and goes no further than this.
        if check.isCancelled { throw failure }
        return made
    }
}

extension CancellableSteps where Failure == Never {
    /// Steps of a computation that always goes on to its end.
    package static var uncancelled: CancellableSteps<Never> { CancellableSteps<Never>() }
}

/// Whether a long operation may leave off, because its step was cancelled and nobody will look at the result.
///
/// Made on the thread that calls the operation, and looked at by all that compute it. Only products and attention do so:
/// they take the time, and nothing but their result depends on them.
struct EarlyExit: Sendable {
    private let check = CancellationCheck.ofStep

    var isDue: Bool { check?.isCancelled ?? false }
}
