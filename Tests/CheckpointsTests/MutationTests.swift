import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Damaged files, each made from its number, opened and read as a program would.
///
/// `VITRINE_FUZZ=1000000` sets how many, `VITRINE_FUZZ_FIRST=123` the number of the first.
@Suite("damaged files")
struct MutationTests {
    private static func setting(_ name: String, otherwise: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? otherwise
    }

    private let count = setting("VITRINE_FUZZ", otherwise: 10_000)
    private let first = setting("VITRINE_FUZZ_FIRST", otherwise: 0)

    /// Where the process that reads the files notes the number at hand; `parent` is the process that waits for it.
    private static func note(parent: pid_t) -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("damaged-files-\(parent)")
    }

    @Test("every damaged file opens or gives an error: no trap, no hang, no memory beyond its size and a constant")
    func damaged() async throws {
        let note = Self.note(parent: getpid())
        defer { try? FileManager.default.removeItem(at: note) }
        // A process of its own: a trap ends only that one, and its peak of memory is its own.
        let result = await #expect(processExitsWith: .success) { try MutationTests().readAll() }
        if result == nil {
            let number = (try? String(contentsOf: note, encoding: .utf8)) ?? "unknown"
            Issue.record("the last file that was read has the number \(number)")
        }
    }

    private func readAll() throws {
        try Fixture.withTemporaryFolder { folder in
            try Mutations.writeShards(to: folder)
            try readAll(shardsIn: folder)
        }
    }

    private func readAll(shardsIn folder: URL) throws {
        let index = folder.appendingPathComponent("w.index.json")
        // Fixed width, so that each number overwrites the one before.
        let note = Self.note(parent: getppid())
        try Data().write(to: note)
        let noted = try FileHandle(forWritingTo: note)
        let mutations = try Mutations()
        for seed in mutations.seeds where seed.name != "gzip" {
            #expect(outcome(seed, seed.file(seed.bytes), -1, index) == "opened", "\(seed.name)")
        }
        let peakBefore = ProcessMemory.peak ?? 0
        let clock = ContinuousClock()
        var opened = 0
        var reasons: [String: Int] = [:]
        for number in first..<first + count {
            try noted.seek(toOffset: 0)
            try noted.write(contentsOf: Data(String(format: "%09d", number).utf8))
            let (seed, bytes) = mutations.file(UInt64(number))
            let time = clock.measure {
                let reason = outcome(seed, bytes, number, index)
                opened += reason == "opened" ? 1 : 0
                reasons[reason, default: 0] += 1
            }
            #expect(time < .seconds(2), "file \(number) from \(seed.name) took \(time)")
            if (number + 1) % 100_000 == 0 { print("damaged files: \(number + 1), \(opened) opened") }
        }
        let grown = (ProcessMemory.peak ?? 0) - peakBefore
        // The files have less than 20 kB; the constant is what limits of values, names and expansions allow.
        #expect(grown < 256 << 20, "memory grew by \(grown) bytes")
        // Were every file refused at the door, nothing behind it would have been tried.
        #expect(opened > count / 50 && reasons.count > 15, "\(opened) opened, \(reasons)")
        if count > 10_000 {
            print("damaged files: memory grew by \(grown) bytes; \(reasons.sorted { $0.key < $1.key })")
        }
    }

    /// "opened", or which kind of error came first.
    private func outcome(_ seed: Mutations.Seed, _ bytes: [UInt8], _ number: Int, _ index: URL) -> String {
        do {
            if seed.name == "gzip" {
                _ = try bytes.withUnsafeBytes { try GzipFile.decompressed($0, limitBytes: 1 << 20) }
                return "opened"
            }
            // An index is a file beside those that it names.
            if seed.name == "index" { try Data(bytes).write(to: index) }
            let checkpoint = try seed.name == "index" ? Checkpoint.open(index.path) : .open(bytes, path: "damaged")
            for name in checkpoint.names {
                // What cannot be read is an error of its own; it must not keep the others from being read.
                guard let tensor = try? checkpoint.load(name) else { continue }
                #expect(tensor.shape == checkpoint.shape(of: name), "file \(number) from \(seed.name)")
            }
            let result = checkpoint.verify()
            for problem in result.problems {
                #expect(!problem.description.isEmpty, "file \(number) from \(seed.name)")
            }
            return "opened"
        } catch let error as CheckpointError {
            #expect(!error.description.isEmpty, "file \(number) from \(seed.name)")
            return kind(of: error)
        } catch {
            return "\(type(of: error))"
        }
    }

    private func kind(of error: CheckpointError) -> String {
        switch error {
        case .archive(_, let fault, _): "archive " + name(of: fault)
        case .record(_, _, let fault): "record " + name(of: fault)
        case .pickle(_, _, let fault, _): "pickle " + name(of: fault)
        case .contents(_, let fault): "contents " + name(of: fault)
        case .header(_, let fault, _): "header " + name(of: fault)
        case .tensor(_, _, let fault): "tensor " + name(of: fault)
        default: name(of: error)
        }
    }

    private func name(of fault: Any) -> String {
        Mirror(reflecting: fault).children.first?.label ?? "other"
    }
}
