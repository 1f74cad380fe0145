import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Checkpoints

@Suite("digests that are kept")
struct DigestCacheTests {
    /// A folder with a file of weights and a cache, which counts how often a file is hashed.
    private struct Bench: Sendable {
        let folder: URL
        let hashed = CallCount()
        var weights: URL { folder.appendingPathComponent("weights") }
        var store: URL { folder.appendingPathComponent("digests.json") }

        /// - Parameter later: how many seconds the cache's clock is ahead, in place of waiting.
        func cache(keeps: Bool = true, later: Int = 60, whileHashing: @escaping @Sendable () -> Void = {})
            -> DigestCache
        {
            DigestCache(
                folder: keeps ? folder.path : nil, report: { Issue.record("\($0)") }, now: { time(nil) + later }
            ) { [hashed] file throws(CheckpointError) in
                hashed.value.withLock { $0 += 1 }
                whileHashing()
                return try SHA256.hexadecimalDigest(of: file)
            }
        }

        func write(_ text: String) throws { try Data(text.utf8).write(to: weights) }

        var truth: String { get throws { try SHA256.hexadecimalDigest(ofFile: weights.path) } }
    }

    private final class CallCount: Sendable {
        let value = Mutex(0)
        var count: Int { value.withLock { $0 } }
    }

    private func withBench(_ body: (Bench) throws -> Void) throws {
        try Fixture.withTemporaryFolder { (folder) throws in
            let bench = Bench(folder: folder)
            try bench.write("weights")
            try body(bench)
        }
    }

    @Test("a file is hashed once, and again after it changed", arguments: [false, true])
    func once(keeps: Bool) throws {
        try withBench { bench in
            let cache = bench.cache(keeps: keeps)
            let first = try bench.truth
            #expect(throws: CancellationError.self) {
                try cache.sha256(ofFile: bench.weights.path) { throw CancellationError() }
            }
            for _ in 0..<3 { #expect(try cache.sha256(ofFile: bench.weights.path) == first) }
            #expect(try cache.sha256(ofFile: bench.weights.path) { throw CancellationError() } == first)
            #expect(bench.hashed.count == 1)
            // In place, to the same size and with the old time of modification.
            let date = try #require(
                try FileManager.default.attributesOfItem(atPath: bench.weights.path)[.modificationDate])
            let handle = try FileHandle(forUpdating: bench.weights)
            try handle.write(contentsOf: Data("WEIGHTS".utf8))
            try handle.close()
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: bench.weights.path)
            let second = try bench.truth
            #expect(second != first)
            #expect(try cache.sha256(ofFile: bench.weights.path) == second)
            #expect(bench.hashed.count == 2)
            #expect(FileManager.default.fileExists(atPath: bench.store.path) == keeps)
        }
    }

    @Test("another process reads what was kept, by whatever path it names the file")
    func stored() throws {
        try withBench { bench in
            let digest = try bench.cache().sha256(ofFile: bench.weights.path)
            let link = bench.folder.appendingPathComponent("link")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: bench.weights)
            #expect(try bench.cache().sha256(ofFile: link.path) == digest)
            #expect(bench.hashed.count == 1)
        }
    }

    @Test(
        "an entry is used when every fact is right and the digest is one",
        arguments: [
            "", "device ", "inode ", " bytes", "modified ", "changed ", " ns, changed", " ns\"", "weights\" :",
            "sha256",
        ])
    func facts(changed: String) throws {
        try withBench { bench in
            let truth = try bench.cache().sha256(ofFile: bench.weights.path)
            let marked = String(repeating: "0", count: 64)
            var text = try String(contentsOf: bench.store, encoding: .utf8).replacingOccurrences(
                of: truth, with: marked)
            if !changed.isEmpty {
                let place = try #require(text.range(of: changed), "\(text)")
                // A digit more, beside the number; a letter more in a name.
                text.insert(
                    "1", at: changed.hasPrefix(" ") || changed.hasPrefix("w") ? place.lowerBound : place.upperBound)
            }
            try Data(text.utf8).write(to: bench.store)
            #expect(try bench.cache().sha256(ofFile: bench.weights.path) == (changed.isEmpty ? marked : truth))
        }
    }

    @Test(
        "a damaged or foreign file of digests counts as none, and is replaced",
        arguments: ["", "{", "[]", "\u{0}", "{\"a\": 1}", "{\"%\": {\"facts\": 1, \"sha256\": \"0\"}}"])
    func damaged(text: String) throws {
        try withBench { bench in
            try Data(text.replacingOccurrences(of: "%", with: bench.weights.path).utf8).write(to: bench.store)
            for _ in 0..<2 { #expect(try bench.cache().sha256(ofFile: bench.weights.path) == bench.truth) }
            #expect(bench.hashed.count == 1)
        }
    }

    @Test("a digest that is no digest is not used")
    func noDigest() throws {
        try withBench { bench in
            let truth = try bench.cache().sha256(ofFile: bench.weights.path)
            let text = try String(contentsOf: bench.store, encoding: .utf8)
            try Data(text.replacingOccurrences(of: truth, with: "none").utf8).write(to: bench.store)
            #expect(try bench.cache().sha256(ofFile: bench.weights.path) == truth)
        }
    }

    @Test("a file that changed just now, or changes while it is read, is not kept")
    func unsettled() throws {
        try withBench { bench in
            let early = bench.cache(later: 0)
            for _ in 0..<2 { #expect(try early.sha256(ofFile: bench.weights.path) == bench.truth) }
            #expect(bench.hashed.count == 2)
            let disturbed = bench.cache { try? bench.write("weights!") }
            _ = try disturbed.sha256(ofFile: bench.weights.path)
            #expect(!FileManager.default.fileExists(atPath: bench.store.path))
        }
    }

    @Test("the file of digests stays small")
    func limit() throws {
        try withBench { bench in
            let entry = "{\"facts\": \"\", \"sha256\": \"\(String(repeating: "0", count: 64))\"}"
            let text = "{" + (0..<1000).map { "\"\($0)\": \(entry)" }.joined(separator: ", ") + "}"
            try Data(text.utf8).write(to: bench.store)
            _ = try bench.cache().sha256(ofFile: bench.weights.path)
            #expect(try Data(contentsOf: bench.store).count < 1000)
            #expect(try bench.cache().sha256(ofFile: bench.weights.path) == bench.truth)
            #expect(bench.hashed.count == 1)
        }
    }
}
