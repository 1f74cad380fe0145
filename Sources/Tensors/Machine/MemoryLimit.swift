#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The most memory that this process may have at once, and who says so.
package struct MemoryLimit: Hashable, Sendable {
    package enum Source: String, Hashable, Sendable {
        case controlGroup
        /// `ulimit -v`: the limit on addresses, less those that stand for no memory.
        case addressSpace
        case machine
    }

    package let bytes: Int
    package let source: Source

    /// The least of the limits that hold at the moment.
    package static var current: MemoryLimit { MemoryLimit(root: "") }

    /// - Parameter root: stands in front of the paths of the system's files.
    init(root: String) {
        let addresses = AddressSpace(root: root)
        let limits: [(Int?, Source)] = [
            (Self.ofControlGroups(root: root), .controlGroup),
            (addresses.limitBytes.map { max(0, $0 - addresses.emptyBytes) }, .addressSpace),
            (Self.ofMachine(root: root), .machine),
        ]
        let known = limits.compactMap { bytes, source in bytes.map { (bytes: $0, source: source) } }
        let least = known.min { $0.bytes < $1.bytes }
        bytes = least?.bytes ?? Int.max
        source = least?.source ?? .machine
    }

    private static func ofControlGroups(root: String) -> Int? {
        ControlGroups(of: "memory", root: root).smallest { folder, version in
            // "max" in version 2 is no number, and so no limit.
            let file = version == .second ? "memory.max" : "memory.limit_in_bytes"
            return systemFile("\(folder)/\(file)").flatMap { $0.split(whereSeparator: \.isWhitespace).first }
                .flatMap { Int($0) }
        }
    }

    private static func ofMachine(root: String) -> Int? {
        for line in (systemFile("\(root)/proc/meminfo") ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 3, words[0] == "MemTotal:", let kilobytes = Int(words[1]) { return kilobytes * 1024 }
        }
        let (pages, pageBytes) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
        return pages > 0 && pageBytes > 0 ? Int(pages) * Int(pageBytes) : nil
    }
}

/// The addresses of this process: those it may have, those it has, and those behind which memory stands.
struct AddressSpace {
    /// What `ulimit -v` allows; nil for no limit.
    let limitBytes: Int?
    let usedBytes: Int
    let residentBytes: Int

    /// Addresses without memory: files that were mapped and not read, stacks of threads, ranges that were reserved.
    var emptyBytes: Int { usedBytes - residentBytes }
}

extension AddressSpace {
    /// Where this process stands.
    ///
    /// - Parameter root: stands in front of the paths of the system's files.
    init(root: String = "") {
        let line = (systemFile("\(root)/proc/self/limits") ?? "").split(separator: "\n")
            .first { $0.hasPrefix("Max address space") }
        // "Max address space     409600000            unlimited            bytes": the first of the two is in force.
        limitBytes = line?.split(separator: " ").dropFirst(3).first.flatMap { Int($0) }
        let pages = (systemFile("\(root)/proc/self/statm") ?? "").split(separator: " ").prefix(2).compactMap { Int($0) }
        let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))
        usedBytes = pages.count == 2 ? pages[0] * pageBytes : 0
        residentBytes = pages.count == 2 ? pages[1] * pageBytes : 0
    }
}
