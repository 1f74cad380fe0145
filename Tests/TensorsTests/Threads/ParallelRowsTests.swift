import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Tensors

@Suite struct ParallelRowsTests {
    @Test("every index comes once, in ranges that the count alone decides", arguments: [0, 1, 7, 64, 65, 1000, 4099])
    func coverage(_ count: Int) {
        // The order of sums, and so the last bit of results, follows from where ranges end.
        let size = max(3, (count + 63) / 64)
        let expected = stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
        for _ in 0..<5 {
            let ranges = Mutex<[Range<Int>]>([])
            ParallelRows.forEach(count: count, minimumPerTask: 3) { range in ranges.withLock { $0.append(range) } }
            #expect(ranges.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } } == expected)
        }
    }

    @Test("neighbouring ranges cover every index once, too", arguments: [1, 63, 64, 1000])
    func neighbours(_ count: Int) {
        let seen = Mutex([Int](repeating: 0, count: count))
        let expected = Mutex<[Int?]>([])
        ParallelRows.forEachNeighbouring(WorkSplit(each: count, least: 1)) { range, next in
            seen.withLock { for index in range { $0[index] += 1 } }
            let next = next()
            expected.withLock { $0.append(next) }
            #expect(next.map { $0 >= range.upperBound && $0 < count } ?? true, "\(next ?? -1) behind \(range)")
        }
        #expect(seen.withLock { $0.allSatisfy { $0 == 1 } })
        // Whoever took the last one expects none, and with some to share somebody expects one.
        #expect(expected.withLock { $0.contains(nil) })
        if count > 8 && ComputeThreads.count > 1 { #expect(expected.withLock { $0.contains { $0 != nil } }) }
    }

    @Test("an idle pool uses no processor time")
    func idling() async {
        // In a process of its own, where nothing else computes.
        await #expect(processExitsWith: .success) {
            func processorTime() -> Double {
                var time = timespec()
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
                return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
            }
            try ComputeThreads.set(4)
            ParallelRows.forEach(count: 64, minimumPerTask: 1) { _ in }
            usleep(20_000)
            let start = processorTime()
            usleep(300_000)
            let used = processorTime() - start
            precondition(used < 0.005, "\(used) s of processor time in 0.3 s of doing nothing")
        }
    }

    @Test("calls from inside a range run in place")
    func nesting() {
        let total = Mutex(0)
        ParallelRows.forEach(count: 20, minimumPerTask: 1) { outer in
            for _ in outer {
                ParallelRows.forEach(count: 50, minimumPerTask: 1) { inner in
                    total.withLock { $0 += inner.count }
                }
            }
        }
        #expect(total.withLock { $0 } == 1000)
    }

    @Test("several callers at once all get their work done")
    func callers() async {
        let sums = await withTaskGroup(of: Int.self) { group in
            for caller in 0..<8 {
                group.addTask {
                    let total = Mutex(0)
                    for _ in 0..<20 {
                        ParallelRows.forEach(count: 100 + caller, minimumPerTask: 1) { range in
                            total.withLock { $0 += range.count }
                        }
                    }
                    return total.withLock { $0 }
                }
            }
            return await group.reduce(into: [Int]()) { $0.append($1) }.sorted()
        }
        #expect(sums == (0..<8).map { 20 * (100 + $0) })
    }

    @Test("the number of threads follows override, quota and affinity, in this order")
    func choice() {
        #expect(ComputeThreads.choose(processors: 8, quota: nil, override: nil).count == 8)
        #expect(ComputeThreads.choose(processors: 8, quota: 1.5, override: nil).count == 2)
        #expect(ComputeThreads.choose(processors: 8, quota: 0.2, override: nil).count == 1)
        #expect(ComputeThreads.choose(processors: 8, quota: 20, override: nil).count == 8)
        #expect(ComputeThreads.choose(processors: 8, quota: 2, override: "5").count == 5)
        let ignored = ComputeThreads.choose(processors: 8, quota: nil, override: "many")
        #expect(ignored.count == 8 && ignored.reason.contains("VITRINE_THREADS=many"))
        #expect(ComputeThreads.processors(inList: " \t0-3,8,10-11") == 7)
    }
}
