import AnomalySegmentation
import ArgumentParser
import Foundation
import Imaging
import Tensors
import TerminalText

/// Where the time goes: every operation of a model, or of the whole way from picture to mask, by name.
struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Shows where the time goes, operation by operation, beside what the machine can do.",
        discussion: """
            WORK is clip-image, clip-text, sam-encoder or sam-decoder, a model with a generated input; or a picture, for \
            all that segment does with one. GFLOP counts a multiply-add of products, attentions, convolutions and \
            resizing as two operations. Bytes are those of each operand and of the result, once. The peak (multiply-adds \
            on registers) and the memory's bandwidth (a copy) are measured at the start, on as many threads.

            docs/Performance.md explains the table. Perfetto (ui.perfetto.dev) and chrome://tracing open the file of \
            --trace.

            Example: vitrine profile clip-image --clip ViT-B-16.pt --trace trace.json
            """)

    @Argument(help: "clip-image, clip-text, sam-encoder, sam-decoder, or a picture (PNG, JPEG, BMP).")
    var work: PathArgument

    @Option(help: "How many pictures (clip-image) or sentences (clip-text) go through the model together.")
    var batch = 1

    @Option(help: "With a picture, what it shows.")
    var object = "part"

    @Option(help: "How often the work is done, after once to warm up. The run of the median time is shown.")
    var runs = 3

    @Flag(help: "Show numbered layers one by one, even where the same is computed in each.")
    var each = false

    @Flag(help: "Print the record as JSON.")
    var json = false

    @Option(help: "Write what each thread did and when, as Chrome's trace format, to this file.")
    var trace: String?

    @OptionGroup var models: ModelOptions
    @OptionGroup var anomalyOptions: AnomalyOptions

    func validate() throws {
        for (name, value) in [("--batch", batch), ("--runs", runs)] where value < 1 {
            throw ValidationError("\(name) takes a positive number, not \(value)")
        }
    }

    func run() throws {
        try models.threadOptions.apply()
        let file = try trace.map { try OutputFile($0, overwrites: false, recognises: ChromeTrace.isOne) }
        let work = try ProfileWork(self)
        let machine = MachineReport()
        let limits = MachineLimits(
            peakGigaflops: machine.measureGigaflops(seconds: 0.6).peakGigaflops,
            memoryGigabytes: machine.measureMemoryGigabytes(seconds: 0.3))
        try work.run()
        let profiles = try (0..<runs).map { _ in
            try StopRequest.check()
            return try Profile.record { try work.run() }.profile
        }
        let median = profiles.sorted { $0.nanoseconds < $1.nanoseconds }[profiles.count / 2]
        if let file {
            try file.write { path in try ChromeTrace(median, work: work.name).write(to: path) }
        }
        let record = ProfileRecord(
            work: work.name, precision: models.precisionOptions.recorded, machine: MachineRecord(machine, limits),
            runs: profiles.map(\.seconds), median)
        if json {
            try Terminal.write(record.json())
            return
        }
        try Terminal.write(
            "\(printable(work.name)): \(fixed(1000 * median.seconds, 1)) ms, \(record.machine.threads) threads, "
                + "\(record.machine.kernels)\nmachine: \(fixed(limits.peakGigaflops, 0)) GFLOP/s in multiply-adds, "
                + "\(fixed(limits.memoryGigabytes, 1)) GB/s in a copy")
        for line in ProfileTable(median, limits, foldsLayers: !each).lines { try Terminal.write(printable(line)) }
    }
}

/// What the machine can do at most, on all threads.
struct MachineLimits {
    /// 10^9 floating-point operations a second in multiply-adds on registers.
    var peakGigaflops: Double
    /// 10^9 bytes a second, read and written, in a copy.
    var memoryGigabytes: Double

    /// What part of the peak a speed is; nil where there is none.
    func shareOfPeak(_ sum: OperationSum) -> Double? { sum.gigaflops.map { $0 / peakGigaflops } }

    /// What part of the memory's bandwidth; more than 1 where operands lie in caches.
    func shareOfMemory(_ sum: OperationSum) -> Double { sum.gigabytes / memoryGigabytes }
}
