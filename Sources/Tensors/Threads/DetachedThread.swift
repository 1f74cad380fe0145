#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A thread that nobody waits for.
enum DetachedThread {
    private final class Work: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts one, and returns false if the system refuses.
    ///
    /// - Parameter stackBytes: the product library keeps buffers on the stack, so 4 MB at least.
    static func start(stackBytes: Int, _ run: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackBytes)
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let work = Unmanaged.passRetained(Work(run))
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                #if canImport(Darwin)
                    Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                #else
                    if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                #endif
                return nil
            }, work.toOpaque())
        if status != 0 { work.release() }
        return status == 0
    }
}
