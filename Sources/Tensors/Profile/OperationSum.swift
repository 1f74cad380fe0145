/// What several runs of an operation come to.
package struct OperationSum: Hashable, Sendable {
    package private(set) var calls = 0
    /// Of the recorded time; see ``Profile/share(of:)``.
    package private(set) var seconds = 0.0
    /// Floating-point operations: a multiply-add is two.
    package private(set) var operations = 0
    package private(set) var bytes = 0

    mutating func add(_ cost: OperationCost, seconds: Double) {
        calls += 1
        self.seconds += seconds
        operations += cost.operations
        bytes += cost.bytes
    }

    package static func += (left: inout OperationSum, right: OperationSum) {
        left.calls += right.calls
        left.seconds += right.seconds
        left.operations += right.operations
        left.bytes += right.bytes
    }

    /// 10^9 floating-point operations a second; nil for what has none.
    package var gigaflops: Double? {
        operations > 0 && seconds > 0 ? Double(operations) / seconds / 1e9 : nil
    }

    /// 10^9 bytes a second.
    package var gigabytes: Double { seconds > 0 ? Double(bytes) / seconds / 1e9 : 0 }
}

extension Profile {
    /// All runs of one kind of operation for one layer.
    package struct Entry: Sendable {
        package let path: String
        package let kind: OperationCost.Kind
        package fileprivate(set) var sum = OperationSum()
    }

    /// What was computed for each layer, in the order of the first runs.
    package var entries: [Entry] {
        var entries: [Entry] = []
        var places: [String: Int] = [:]
        for span in spans {
            guard case .operation(let cost) = span.content else { continue }
            let key = "\(cost.kind.rawValue) \(span.path)"
            let place = places[key] ?? entries.count
            if place == entries.count {
                places[key] = place
                entries.append(Entry(path: span.path, kind: cost.kind))
            }
            entries[place].sum.add(cost, seconds: share(of: span) / 1e9)
        }
        return entries
    }

    /// The same by kind alone, what takes longest first.
    package var kinds: [(kind: OperationCost.Kind, sum: OperationSum)] {
        var sums: [OperationCost.Kind: OperationSum] = [:]
        for entry in entries { sums[entry.kind, default: OperationSum()] += entry.sum }
        return OperationCost.Kind.allCases.compactMap { kind in sums[kind].map { (kind, $0) } }
            .sorted { $0.1.seconds > $1.1.seconds }
    }

    /// Of the recorded time.
    package var seconds: Double { Double(nanoseconds) / 1e9 }

    /// The part of the recorded time in which operations ran, 0...1.
    package var coverage: Double {
        seconds > 0 ? min(1, entries.reduce(0) { $0 + $1.sum.seconds } / seconds) : 0
    }
}
