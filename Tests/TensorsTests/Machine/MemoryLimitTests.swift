import Foundation
import Testing

@testable import Tensors

/// The limit on memory, from files as systems have them.
@Suite("the memory that this process may use")
struct MemoryLimitTests {
    private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    private static let machine = ["proc/meminfo": "MemTotal:       24684544 kB\nMemFree:  18666692 kB\n"]
    private static let unlimited = [
        "proc/self/limits": """
        Limit                     Soft Limit           Hard Limit           Units
        Max data size             1024                 unlimited            bytes
        Max address space         unlimited            unlimited            bytes

        """,
        "proc/self/statm": "30000 5000 4000 1 0 2000 0\n",
    ]

    /// What holds under a root that has these files and no others.
    private func limit(_ files: [String: String]...) throws -> MemoryLimit {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("limits-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (name, text) in files.joined() {
            let file = root.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return MemoryLimit(root: root.path)
    }

    @Test("without any limit it is the machine's memory")
    func machineAlone() throws {
        let found = try limit(Self.machine, Self.unlimited)
        #expect(found.bytes == 24_684_544 * 1024 && found.source == .machine)
        #expect(MemoryLimit.current.bytes > 1 << 20)
    }

    @Test("the least limit of a control group and those around it holds, in both versions")
    func controlGroups() throws {
        let second = [
            "proc/self/cgroup": "0::/jobs/one\n", "sys/fs/cgroup/jobs/one/memory.max": "max\n",
            "sys/fs/cgroup/jobs/memory.max": "1073741824\n",
        ]
        #expect(try limit(Self.machine, second).bytes == 1 << 30)
        #expect(try limit(Self.machine, second).source == .controlGroup)
        let lower = ["sys/fs/cgroup/jobs/one/memory.max": "536870912\n"]
        #expect(try limit(Self.machine, second.merging(lower) { $1 }).bytes == 1 << 29)
        let first = [
            "proc/self/cgroup": "5:cpu,cpuacct:/\n4:memory:/jobs/one\n0::/\n",
            "sys/fs/cgroup/memory/jobs/one/memory.limit_in_bytes": "805306368\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        ]
        #expect(try limit(Self.machine, first).bytes == 768 << 20)
    }

    @Test("a container that sees only its own part of the tree finds its limit at the top")
    func container() throws {
        let found = try limit(
            Self.machine, ["proc/self/cgroup": "0::/docker/abc\n", "sys/fs/cgroup/memory.max": "2147483648"])
        #expect(found.bytes == 2 << 30)
    }

    @Test("a limit on addresses counts without those that stand for no memory")
    func addressSpace() throws {
        let limited = [
            "proc/self/limits": "Max address space         409600000            unlimited            bytes\n",
            "proc/self/statm": "30000 5000 4000 1 0 2000 0\n",
        ]
        let found = try limit(Self.machine, limited)
        #expect(found.bytes == 409_600_000 - 25000 * Self.page && found.source == .addressSpace)
    }

    @Test("a process with limited addresses reserves a quarter of what is left for tensors, another plenty")
    func arena() throws {
        func capacity(_ limit: Int?) -> Int {
            TensorArena.capacity(within: AddressSpace(limitBytes: limit, usedBytes: 100 << 20, residentBytes: 0))
        }
        #expect(capacity(nil) == 64 << 30)
        #expect(capacity(400 << 20) == 75 << 20)
        #expect(capacity(50 << 20) == 0)
        let small = TensorArena(capacity: 0, mostKept: 0)
        let block = small.take(TensorArena.smallestBytes)
        small.give(block.base, block.bytes)
    }
}
