#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How many threads computation uses, the calling one included.
///
/// By default the processors this process may run on (its affinity mask), or fewer if a control group's quota of
/// processor time is smaller; `VITRINE_THREADS` overrides that, `set` overrides both. No result depends on the number.
public enum ComputeThreads {
    /// At least 1.
    public static var count: Int { ThreadPool.shared.threads }

    /// Uses `count` threads from the next operation on.
    ///
    /// - Throws: ``ThreadCountError`` for a number that is not in ``allowed``.
    public static func set(_ count: Int) throws(ThreadCountError) {
        guard allowed.contains(count) else { throw .outOfRange(count) }
        ThreadPool.shared.resize(to: count)
    }

    /// The numbers of threads that can be asked for.
    public static let allowed = 1...1024

    /// The number found at the start, and why.
    static let initial: (count: Int, reason: String) = choose(
        processors: allowedProcessors(), quota: quota(), override: environment("VITRINE_THREADS"))

    static func choose(processors: Int, quota: Double?, override: String?) -> (count: Int, reason: String) {
        if let override, let wanted = Int(override), allowed.contains(wanted) {
            return (wanted, "VITRINE_THREADS")
        }
        let note =
            override.map {
                "; VITRINE_THREADS=\($0) is not a number from \(allowed.lowerBound) to \(allowed.upperBound) and is ignored"
            } ?? ""
        if let quota, Int(quota.rounded(.up)) < processors {
            return (max(1, Int(quota.rounded(.up))), "the control group's quota of \(quota) processors" + note)
        }
        return (processors, "the processors this process may run on" + note)
    }

    /// The processors of the affinity mask.
    private static func allowedProcessors() -> Int {
        #if os(Linux)
            // The list looks like "0-3,8".
            let status = systemFile("/proc/self/status") ?? ""
            if let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed_list:") }) {
                let allowed = processors(inList: line.drop { $0 != ":" }.dropFirst())
                if allowed > 0 { return allowed }
            }
        #endif
        return max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// How many numbers a list such as "0-3,8" names.
    static func processors(inList list: Substring) -> Int {
        list.split(separator: ",").reduce(0) { sum, part in
            let ends = part.split(separator: "-").compactMap { Int($0.filter(\.isNumber)) }
            guard let first = ends.first, let last = ends.last else { return sum }
            return sum + max(0, last - first + 1)
        }
    }

    /// The smallest quota of processor time, in processors, of this process's control group and those around it.
    private static func quota() -> Double? {
        ControlGroups(of: "cpu").smallest { folder, version in
            switch version {
            case .second: quota(numbers(in: "\(folder)/cpu.max"))
            case .first:
                quota(numbers(in: "\(folder)/cpu.cfs_quota_us") + numbers(in: "\(folder)/cpu.cfs_period_us"))
            }
        }
    }

    /// Microseconds of processor time, and the period in which they may be used.
    private static func quota(_ timeAndPeriod: [Double]) -> Double? {
        guard timeAndPeriod.count == 2, timeAndPeriod.allSatisfy({ $0 > 0 }) else { return nil }
        return timeAndPeriod[0] / timeAndPeriod[1]
    }

    private static func numbers(in file: String) -> [Double] {
        (systemFile(file) ?? "").split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    }
}
