import AnomalySegmentation
import CLIP
import Checkpoints
import Foundation
import Imaging
import SegmentAnything
import SmallWeights
import Synchronization
import Tensors
import TestSupport
import Testing

/// The small models, shared by the tasks of a program, such as a server's. Each test has a process of its own: whatever
/// else computes here would be measured, too.
@Suite("models that tasks share", .serialized)
struct SharedModelTests {
    fileprivate static func segmenter() throws -> AnomalySegmenter {
        let small = try SmallWeights()
        let merges = try Data(contentsOf: URL(fileURLWithPath: small.merges))
        return try AnomalySegmenter(
            clip: CLIPModel(weights: Checkpoint.open(small.clip), merges: merges),
            sam: SAMModel(weights: Checkpoint.open(small.sam)))
    }

    /// Grey noise with a dark square.
    fileprivate static func picture(_ side: Int) -> Image {
        var random = SeededGenerator(seed: 71)
        let pixels = (0..<3 * side * side).map { index in
            let (x, y) = (index / 3 % side, index / 3 / side)
            let isDark = (side / 2..<side * 3 / 4).contains(x) && (side / 4..<side / 2).contains(y)
            return isDark ? UInt8(20) : UInt8(120 + Int.random(in: 0..<16, using: &random))
        }
        return Image(size: ImageSize(width: side, height: side), pixels: pixels)
    }

    /// How late a timer of 5 ms comes, at worst, while tasks do some work.
    fileprivate static func lateness(_ work: @escaping @Sendable () async throws -> Void) async throws -> Duration {
        let isDone = Mutex(false)
        let timer = Task {
            var worst = Duration.zero
            let clock = ContinuousClock()
            while !isDone.withLock({ $0 }) {
                let due = clock.now + .milliseconds(5)
                try await Task.sleep(until: due)
                worst = max(worst, clock.now - due)
            }
            return worst
        }
        // So many that tasks which compute leave no thread to the timer.
        try await withThrowingTaskGroup { group in
            for _ in 0..<max(8, 3 * ProcessInfo.processInfo.activeProcessorCount) { group.addTask { try await work() } }
            try await group.waitForAll()
        }
        isDone.withLock { $0 = true }
        return try await timer.value
    }

    @Test("while tasks wait for the models, a timer comes in time; while they compute themselves, it does not")
    func timer() async {
        await #expect(processExitsWith: .success) {
            let sam = try SAMModel(weights: Checkpoint.open(SmallWeights().sam))
            let picture = SharedModelTests.picture(160)
            @Sendable func synchronous() throws { for _ in 0..<2 { _ = try sam.embed(picture) } }
            try synchronous()
            let computing = try await SharedModelTests.lateness { try synchronous() }
            let waiting = try await SharedModelTests.lateness {
                for _ in 0..<2 { _ = try await sam.embed(picture) }
            }
            // A share, because other processes make the timer late, too.
            precondition(waiting < computing / 4, "\(waiting) with async doors, \(computing) with synchronous ones")
        }
    }

    @Test("two hundred cancelled requests leave no memory behind, and others among them get their results")
    func memory() async {
        await #expect(processExitsWith: .success) {
            let segmenter = try SharedModelTests.segmenter()
            let picture = SharedModelTests.picture(256)
            func synchronous() throws -> AnomalyResult { try segmenter.segment(picture, object: "plate") }
            let expected = try synchronous().fusedMap
            func requests(_ count: Int) async throws {
                for index in 0..<count {
                    // A picture with memory of its own, so that a request that is kept shows.
                    var pixels = picture.pixels
                    pixels[0] = UInt8(index % 256)
                    let own = Image(size: picture.size, pixels: pixels)
                    let cancelled = Task { try await segmenter.segment(own, object: "plate") }
                    let behind = index % 40 == 0 ? Task { try await segmenter.segment(picture, object: "plate") } : nil
                    try await Task.sleep(for: .milliseconds(index % 10))
                    cancelled.cancel()
                    let result = await cancelled.result
                    if case .failure(let error) = result { precondition(error is CancellationError, "\(error)") }
                    if let behind {
                        let found = try await behind.value.fusedMap
                        precondition(found == expected, "another result")
                    }
                }
            }
            try await requests(30)
            let before = ProcessMemory.peak ?? 0
            try await requests(200)
            precondition(
                (ProcessMemory.peak ?? 0) - before < 8 << 20, "\(ProcessMemory.peak ?? 0) after \(before) bytes")
            precondition(ComputeQueue.shared.load.cancelled > 100, "\(ComputeQueue.shared.load)")
        }
    }
}
