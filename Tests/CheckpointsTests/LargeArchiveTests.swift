import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("an archive of gigabytes")
struct LargeArchiveTests {
    private static let file = LargeFixture.url("checkpoints/large.pth")

    /// Bytes of the process in memory that belong to no file.
    private var ownBytes: Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("RssAnon:") })
        else { return 0 }
        return (Int(line.filter(\.isNumber)) ?? 0) * 1024
    }

    @Test(
        "opening to the first tensor takes less than half a second, and memory grows only by what is converted",
        .enabled(
            if: LargeFixture.isPresent("checkpoints", file: "large.pth"),
            "made by Tools/fixtures/checkpoints_large.py"))
    func opening() throws {
        let path = Self.file.path
        // Once, so that the headers are in the page cache.
        _ = try Checkpoint.open(path).load("blocks.0.fp32")
        let before = ownBytes
        var sum: Float = 0
        let time = try ContinuousClock().measure {
            sum = try Checkpoint.open(path).load("blocks.3.fp32")[0, 0]
        }
        #expect(sum == 3)
        #expect(time < .milliseconds(500), "\(time)")

        let checkpoint = try Checkpoint.open(path)
        let inPlace = try checkpoint.names.filter { $0.hasSuffix("fp32") }.map { try checkpoint.load($0) }
        let opened = ownBytes
        #expect(opened - before < 32 << 20, "60 tensors in place took \(opened - before) bytes")
        let converted = try checkpoint.load("blocks.7.fp16")
        #expect(converted[1, 2] == 7 && inPlace.count == 60)
        #expect(ownBytes - opened < 5120 * 1280 * 4 + 32 << 20)
        print(
            "archive of \(checkpoint.byteCount) bytes: first tensor after \(time), \(opened - before) bytes of memory")
    }
}
