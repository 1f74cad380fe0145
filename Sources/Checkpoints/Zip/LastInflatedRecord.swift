#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The record that was decompressed last, so that the tensors of one storage do not decompress it once each.
final class LastInflatedRecord: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that the lock is held around every access.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var name = ""
    private var bytes: [UInt8]?

    init() { pthread_mutex_init(mutex, nil) }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    subscript(name: String) -> [UInt8]? {
        get {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            return name == self.name ? bytes : nil
        }
        set {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            self.name = name
            bytes = newValue
        }
    }
}
