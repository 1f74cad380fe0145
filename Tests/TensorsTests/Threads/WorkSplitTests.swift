import Foundation
import KernelInterface
import Testing

@testable import Tensors

/// What more threads than this machine has would get to do.
@Suite struct WorkSplitTests {
    /// Operations of which 16 threads cannot get four tasks each, or not of the same length, and what all of their tasks
    /// take together at most, in microseconds of one thread.
    static let exceptions: [String: (most: Double, reason: String)] = [
        "last block: query, one row": (80, "a row of results cannot be cut narrower than a panel of weights"),
        "last block: MLP out, one row": (310, "the same, and sums are not cut along the depth: they would change"),
        "last block: attention, one query": (80, "a head is a task of 6 microseconds; its parts would be packed for 1"),
        "embedding, one row": (60, "blocks of 64 columns take 3 microseconds"),
        "decoder: both cross-attentions": (3500, "sums of 256 columns are joined in order; others would be other sums"),
    ]

    /// A task that is not longer need not be cut, in microseconds: handing it out takes a tenth of one.
    static let shortTask = 3.0

    @Test("16 threads get four tasks each of every operation and end together", arguments: runnable)
    func sixteen(_ set: CPUFeatures.InstructionSet) throws {
        let model = WorkModel(kernels: try #require(Kernels.named(set)), threads: 16)
        for operation in model.clip + model.sam + model.bfloat16 {
            let tail = operation.tail(16)
            let figures = "\(operation.name), \(set): \(operation.tasks) tasks, \(100 * tail) % idle"
            if let exception = Self.exceptions[operation.name] {
                #expect(operation.work / 1000 <= exception.most, "\(figures), \(operation.work) ns")
                continue
            }
            #expect(tail <= 0.1, "\(figures)")
            for job in operation.jobs {
                let isShort = job.tasks >= 16 && job.longest / 1000 <= Self.shortTask
                #expect(job.tasks >= 64 || isShort, "\(figures), the longest \(job.longest) ns")
            }
        }
    }

    @Test("two threads get even work, too", arguments: runnable)
    func two(_ set: CPUFeatures.InstructionSet) throws {
        let model = WorkModel(kernels: try #require(Kernels.named(set)), threads: 2)
        for operation in model.clip + model.sam {
            #expect(operation.tail(2) <= 0.1, "\(operation.name), \(set): \(100 * operation.tail(2)) % idle")
        }
    }

    @Test("chunks cover all items once, in order, and hold as many as they should")
    func coverage() {
        for threads in [1, 2, 3, 16, 40] {
            for count in [0, 1, 7, 63, 64, 65, 197, 1000, 6_500] {
                for (least, unit) in [(1, 1), (5, 1), (1, 16), (3_072, 64)] {
                    let split = WorkSplit(count, least: least, unit: unit, threads: threads)
                    let ranges = (0..<split.chunks).map { split.items($0..<$0 + 1) }
                    #expect(ranges.flatMap { $0 } == Array(0..<count), "\(count), \(least), \(unit), \(threads)")
                    #expect(ranges.dropLast().allSatisfy { $0.upperBound % unit == 0 && $0.count >= min(least, unit) })
                    #expect(split.chunks < threads || split.chunks % threads == 0)
                    #expect(split.items(0..<split.chunks) == 0..<count)
                }
            }
        }
    }

    /// Prints the table of docs/Performance.md.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["VITRINE_SPLIT_TABLE"] != nil))
    func table() {
        let counts = [2, 4, 8, 16]
        let models = counts.map { WorkModel(kernels: Kernels.active, threads: $0) }
        for (title, lists) in [("CLIP ViT-B/16", models.map(\.clip)), ("SAM ViT-B", models.map(\.sam))] {
            print("| \(title) | \(counts.map { "\($0) threads" }.joined(separator: " | ")) | longest of 16 |")
            for index in lists[0].indices {
                let cells = zip(counts, lists).map { threads, list in
                    "\(list[index].tasks), \(Int((100 * list[index].tail(threads)).rounded())) %"
                }
                let longest = lists[3][index].jobs.map(\.longest).max() ?? 0
                print(
                    "| \(lists[0][index].name) | \(cells.joined(separator: " | ")) |",
                    String(format: "%.1f µs |", longest / 1000))
            }
        }
    }
}
