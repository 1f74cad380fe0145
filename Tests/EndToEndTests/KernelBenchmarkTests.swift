import Foundation
import JSONText
import Testing

/// The benchmarks of the kernels, run as `Tools/benchmark-kernels` runs them.
@Suite("kernel benchmarks")
struct KernelBenchmarkTests {
    /// Built with the tests, so without optimisation: only the kernels are fast.
    private func run(_ arguments: [String]) throws -> Command.Outcome {
        let command = try Command()
        let program = Command.builtFolder.appendingPathComponent("KernelBenchmarks").path
        return try command.shell("shift; \"$@\"", [program, "--seconds", "0.001", "--threads", "1"] + arguments)
    }

    @Test("a wrong result is named with its benchmark and element, and ends the program with 1")
    func wrongResult() throws {
        let outcome = try run(["--filter", "SAM decoder mlp", "--isa", "baseline", "--spoil", "0", "--json"])
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        let sentence = outcome.errors.split(separator: "\n").map(String.init).first ?? ""
        #expect(sentence.hasPrefix("Error: baseline: product, SAM decoder mlp, 11 x 2048 x 256: element 0 is "))
        // An element that nobody looks at is none of those that are made plainly beside the kernel.
        #expect(try run(["--filter", "SAM decoder mlp", "--isa", "baseline", "--spoil", "1"]).status == 0)
    }

    @Test("the JSON has every figure of every row, and all shares have one reference")
    func json() throws {
        let outcome = try run(
            ["--filter", "SAM decoder mlp", "--filter", "ExponentialRow", "--json"] + ["--isa", sets()])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
        #expect(report.kind == "kernel-benchmarks" && report.schemaVersion == 1)
        #expect(report.rows.map(\.kernel).contains("ExponentialRow") && report.rows.map(\.kernel).contains("product"))
        for row in report.rows {
            #expect(row.threads == 1 && row.samples >= 3 && row.spread >= 0 && !row.shape.isEmpty && !row.model.isEmpty)
            #expect(abs(row.gigabytes / (Double(row.bytes) / row.seconds / 1e9) - 1) < 1e-6)
            #expect(abs(row.shareOfMemory * report.reference.memoryGigabytes / row.gigabytes - 1) < 1e-6)
            guard row.kernel == "product" else { continue }
            #expect(row.operations == 2 * 11 * 2048 * 256)
            let gigaflops = try #require(row.gigaflops)
            #expect(abs(gigaflops / (Double(row.operations) / row.seconds / 1e9) - 1) < 1e-6)
            #expect(abs((row.shareOfPeak ?? 0) * report.reference.peakGigaflops / gigaflops - 1) < 1e-6)
            if let library = row.library {
                #expect(!library.core.isEmpty && library.shareOfPeak > 0)
                #expect(abs(library.ratio * library.gigaflops / gigaflops - 1) < 1e-6)
            }
        }
        // Side by side: the instruction sets take turns.
        let sets = try sets().split(separator: ",").map(String.init)
        #expect(report.rows.map(\.instructionSet) == (0..<report.rows.count / sets.count).flatMap { _ in sets })
        #expect(report.reference.instructionSet == report.machine.instructionSets.last)
    }

    @Test("a table has a header and a line for each row, with decimals")
    func table() throws {
        let outcome = try run(["--filter", "ViT-B/32 mlp in", "--isa", "baseline"])
        let lines = outcome.output.split(separator: "\n").map(String.init)
        // What was measured, the header, and the product in Float32, in bfloat16 and in bytes.
        #expect(lines.count == 5 && lines[1].hasPrefix("kernel"))
        #expect(lines.last?.contains("50 x 3072 x 768") == true && lines.last?.contains(".") == true)
        #expect(try run(["--filter", "nothing of this name"]).status != 0)
        #expect(try run(["--isa", "neon"]).errors.contains("this processor has baseline"))
    }

    /// All instruction sets of this processor, for `--isa`.
    private func sets() throws -> String {
        let outcome = try run(["--filter", "ExponentialRow", "--json"])
        return try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8)).machine.instructionSets
            .joined(separator: ",")
    }

    private struct Report: Decodable {
        struct Machine: Decodable {
            var cpu: String
            var instructionSets: [String]
        }
        struct Reference: Decodable {
            var instructionSet: String
            var peakGigaflops, memoryGigabytes: Double
        }
        struct Library: Decodable {
            var core: String
            var seconds, gigaflops, shareOfPeak, ratio: Double
        }
        struct Row: Decodable {
            var kernel, model, shape, instructionSet: String
            var threads, samples, operations, bytes: Int
            var seconds, spread, gigabytes, shareOfMemory: Double
            var gigaflops, shareOfPeak: Double?
            var library: Library?
        }
        var kind: String
        var schemaVersion: Int
        var machine: Machine
        var reference: Reference
        var rows: [Row]
    }
}
