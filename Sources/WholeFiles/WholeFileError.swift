#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Why a file was not written. What stood under its path is as it was, and nothing else is left behind.
package struct WholeFileError: Error, Hashable, Sendable {
    /// What the system refused.
    package enum Operation: String, Hashable, Sendable {
        case creating = "creating the file"
        case writing = "writing"
        case flushing = "flushing to the disk"
        case closing = "closing"
        case naming = "naming the file"
    }

    package let path: String
    package let operation: Operation
    /// The system's error number.
    package let code: Int32

    init(_ path: String, _ operation: Operation, _ code: Int32) {
        self.path = path
        self.operation = operation
        self.code = code
    }

    /// The system's own text for ``code``.
    package var reason: String { systemMessage(code) }
}

/// The system's text for an error number.
package func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
