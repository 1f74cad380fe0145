import Synchronization

/// What the server did: requests by route and status, and how long they took.
final class ServiceMetrics: Sendable {
    /// Upper bounds of the histogram's buckets, seconds.
    static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    struct Outcome: Hashable, Sendable {
        var route: String
        var status: Int
    }

    /// Times of one route.
    struct Times: Hashable, Sendable {
        /// Requests in each bucket; the last one is for what took longer than all bounds.
        var counts = [Int](repeating: 0, count: ServiceMetrics.bounds.count + 1)
        var seconds = 0.0

        var count: Int { counts.reduce(0, +) }
    }

    struct Record: Sendable {
        var requests: [Outcome: Int] = [:]
        var times: [String: Times] = [:]
        var active = 0
    }

    private let state = Mutex(Record())

    /// A request has arrived.
    func begin() { state.withLock { $0.active += 1 } }

    /// A request has its answer, or will have none.
    func end(route: String, status: Int, seconds: Double) {
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        state.withLock { record in
            record.active -= 1
            record.requests[Outcome(route: route, status: status), default: 0] += 1
            record.times[route, default: Times()].counts[bucket] += 1
            record.times[route, default: Times()].seconds += seconds
        }
    }

    /// All of it.
    var record: Record { state.withLock { $0 } }

    /// How long a route's answers take on average; nil before the first.
    func meanSeconds(of route: String) -> Double? {
        state.withLock { record in
            guard let times = record.times[route], times.count > 0 else { return nil }
            return times.seconds / Double(times.count)
        }
    }
}
