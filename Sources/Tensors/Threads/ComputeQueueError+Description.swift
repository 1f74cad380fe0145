extension ComputeQueueError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .full(let waiting):
            "\(waiting) \(waiting == 1 ? "request waits" : "requests wait") for the models already, as many as may: ask "
                + "again when some of them are done, or raise ComputeQueue.shared.waitingLimit"
        case .noThread:
            "the system refuses the thread that computes: close what this process does not need, or raise its limit of "
                + "threads"
        }
    }
}
