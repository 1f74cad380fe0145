/// Why a number of threads is refused.
public enum ThreadCountError: Error, Hashable, Sendable {
    /// A number below 1, or beyond what any machine has a use for.
    case outOfRange(Int)
}

extension ThreadCountError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .outOfRange(let count):
            "\(count) threads are asked for: choose from \(ComputeThreads.allowed.lowerBound) to "
                + "\(ComputeThreads.allowed.upperBound)"
        }
    }
}
