import ArgumentParser
import Foundation
import JSONText
import Tensors

/// Times every kernel at the shapes of the real models, beside what the machine can do and beside OpenBLAS.
///
/// Kernels are chosen once in a process. So each instruction set has a process of its own, and they take turns, benchmark by
/// benchmark: figures in neighbouring lines belong to the same seconds.
@main
struct KernelBenchmarks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark-kernels",
        abstract: "Checks and times every kernel at the shapes of the models.",
        discussion: """
            A wrong result is named, with its element, and ends the command with 1. The peak is the same for all \
            instruction sets: multiply-adds on registers, all threads, with the best one that this processor has. \
            docs/Performance.md explains the table and how to add a kernel.
            """)

    @Option(help: "Instruction sets, side by side: baseline, avx2, avx512. Without it the best of this processor.")
    var isa: String?

    @Option(help: "Threads. Without it as many as this process may use.")
    var threads: Int?

    @Option(help: "Only benchmarks whose line contains this text; may be given several times.")
    var filter: [String] = []

    @Option(help: "Seconds for each benchmark.")
    var seconds = 0.3

    @Flag(help: "Print all figures as JSON.")
    var json = false

    @Option(help: "Add 1 to this element of each result before it is checked, to see the check fail.")
    var spoil: Int?

    @Flag(help: .hidden)
    var worker = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads takes a whole number from 1 to 1024, not \(threads)")
        }
        if !(0.001...60).contains(seconds) {
            throw ValidationError("--seconds takes a number from 0.001 to 60, not \(seconds)")
        }
    }

    func run() throws {
        if let threads { try ComputeThreads.set(threads) }
        let benchmarks = try Self.all().filter { benchmark in
            filter.isEmpty || filter.contains { benchmark.name.contains($0) }
        }
        if benchmarks.isEmpty { throw ValidationError("no benchmark has \(filter) in its line") }
        if worker { return try BenchmarkWorker.serve(benchmarks, seconds: seconds, spoiling: spoil) }
        let machine = MachineReport()
        let sets = try chosenSets(of: machine)
        let best = machine.instructionSets.last ?? machine.kernels
        let reference = try BenchmarkWorker(best, arguments: workerArguments)
        let limits = try reference.limits()
        let workers = try sets.map { $0 == best ? reference : try BenchmarkWorker($0, arguments: workerArguments) }
        let table = BenchmarkTable(limits: limits)
        var report = BenchmarkReport(machine, limits, referenceSet: best)
        if !json { print(table.header(report)) }
        for (index, benchmark) in benchmarks.enumerated() {
            for worker in workers {
                let row = BenchmarkRow(
                    benchmark, worker.instructionSet, threads: benchmark.threads ?? ComputeThreads.count,
                    try worker.measure(index), limits,
                    core: machine.blas?.core)
                report.rows.append(row)
                if !json { print(table.line(row)) }
            }
        }
        if json { print(try encodedJSON(report, pretty: true)) }
    }

    private static func all() throws -> [KernelBenchmark] {
        try products() + attentions() + convolutions() + rows() + RawKernel.all()
    }

    private func chosenSets(of machine: MachineReport) throws -> [String] {
        guard let isa else { return machine.instructionSets.suffix(1) }
        let names = isa.split(separator: ",").map(String.init)
        for name in names where !machine.instructionSets.contains(name) {
            throw ValidationError(
                "--isa: this processor has \(machine.instructionSets.joined(separator: ", ")), not \(name)")
        }
        return names
    }

    private var workerArguments: [String] {
        ["--worker", "--threads", "\(ComputeThreads.count)", "--seconds", "\(seconds)"]
            + filter.flatMap { ["--filter", $0] } + (spoil.map { ["--spoil", "\($0)"] } ?? [])
    }
}

/// What keeps benchmarks from being measured.
enum BenchmarkError: Error, CustomStringConvertible {
    /// A file in `Raw` has no class of its name.
    case noKernel(file: String, name: String)
    /// What a worker said instead of figures: a wrong result, mostly.
    case failed(String)
    case workerEnded(instructionSet: String)

    var description: String {
        switch self {
        case .noKernel(let file, let name):
            "\(file) has no `final class \(name): RawKernel`; name the class as the file, and build again"
        case .failed(let reason): reason
        case .workerEnded(let instructionSet): "the process of \(instructionSet) ended without an answer"
        }
    }
}
