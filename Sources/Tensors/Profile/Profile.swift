/// Where the time of a computation went: what was computed, for which layer, when, and on which thread.
///
/// Only what the recorded thread asks for is recorded, and what the threads of the pool compute for it. Other threads go
/// on as ever. Where nothing is recorded, an operation looks at one number and does nothing else.
package struct Profile: Sendable {
    /// Something that a thread did from one moment to another.
    package struct Span: Sendable {
        package enum Content: Sendable {
            /// A layer or a stage, with everything inside it.
            case part
            case operation(OperationCost)
            /// One thread's share of a job that several threads do: of an operation, or of a band of them if nil.
            case share(OperationCost.Kind?)
        }

        /// The dotted name of the layer that it belongs to, with the stage in front.
        package let path: String
        package let content: Content
        /// Nanoseconds since the recording began.
        package let start, end: Int
        /// 0 is the thread that was recorded; the others belong to the pool.
        package let thread: Int
        /// The job in whose share it lies, an index of `jobs`; nil outside of all.
        package let job: Int?

        package var nanoseconds: Int { end - start }
    }

    /// Work that was shared among threads.
    package struct Job: Sendable {
        /// Of the thread that waited for it.
        package let nanoseconds: Int
        /// Of all threads together, while they had a share.
        package let busyNanoseconds: Int
    }

    /// In the order in which they began.
    package let spans: [Span]
    package let jobs: [Job]
    /// Of the whole recording.
    package let nanoseconds: Int
    /// That had a part in it.
    package let threads: Int

    /// How much of the recorded time a span stands for, in nanoseconds.
    ///
    /// Where threads work on different things side by side, the time of their job is divided in proportion to how long each
    /// thing took. So all operations together take as long as the whole.
    package func share(of span: Span) -> Double {
        guard let job = span.job.map({ jobs[$0] }), job.busyNanoseconds > 0 else { return Double(span.nanoseconds) }
        return Double(span.nanoseconds) * Double(job.nanoseconds) / Double(job.busyNanoseconds)
    }
}

extension Profile {
    /// Runs something on this thread and records it.
    package static func record<Value, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(Failure) -> (value: Value, profile: Profile) {
        let recording = Recording()
        let value = try recording.onThisThread(body)
        return (value, recording.profile())
    }

    /// Names what a layer computes.
    ///
    /// - Parameter path: the layer's place among the weights, which is its name in the reference; empty where the layer has
    ///   none, and what it computes belongs to the layer around it.
    package static func layer<Value, Failure: Error>(
        _ path: @autoclosure () -> String, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard let log = SpanLog.current else { return try body() }
        return try log.part(log.layerPath(path()), body)
    }

    /// Names what a stage of a method computes; the names of layers follow that of the stage.
    package static func stage<Value, Failure: Error>(
        _ name: @autoclosure () -> String, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard let log = SpanLog.current else { return try body() }
        return try log.stage(name(), body)
    }
}
