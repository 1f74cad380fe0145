import ArgumentParser
import Foundation
import ImageCodecs
import SmallWeights
import Tensors
import TerminalText

/// Tells whether this machine and this installation can do what they should, and what to do where they cannot.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Shows CPU, BLAS, threads, speed and weights, and says what to do about anything that is wrong.")

    @OptionGroup var models: ModelOptions

    func run() throws {
        try models.threadOptions.apply()
        let machine = MachineReport()
        var advice = machine.advice
        try show("CPU", machine.cpuName)
        try show("instruction sets", machine.instructionSets.joined(separator: ", "))
        try show("kernels", "\(machine.kernels) (\(machine.kernelsReason))")
        try show("bf16 products", machine.bfloat16Products)
        try show("int8 products", machine.byteProducts)
        if let blas = machine.blas {
            try show("BLAS", "\(blas.file), \(blas.version)")
            try show("BLAS core", "\(blas.core) (\(blas.coreReason))")
            try show("BLAS threads", "\(blas.threads) a call; Vitrine splits the work itself")
        } else {
            try show("BLAS", "none: \(machine.blasAbsence ?? "not found")")
        }
        try show("threads", "\(machine.threads) (\(machine.threadsReason))")
        try show("libpng", CodecVersions.libpng)
        try show("libjpeg-turbo", CodecVersions.libjpegTurbo ?? "version not told")
        let speed = machine.measureGigaflops(seconds: 2)
        try show(
            "speed",
            String(
                format:
                    "%.0f GFLOP/s in a large matrix product, %.0f in bf16, %.0f in int8; %.0f in multiply-adds alone",
                speed.productGigaflops, speed.bfloat16ProductGigaflops, speed.byteProductGigaflops, speed.peakGigaflops)
        )
        let faults =
            try checkModels(advice: &advice) + checkTextCache(advice: &advice) + checkPackedWeights(advice: &advice)
        if advice.isEmpty {
            try Terminal.write("\nAll is well.")
        } else {
            try Terminal.write("\nWhat to do:")
            for line in advice { try Terminal.write("  - \(line)") }
        }
        if faults > 0 { throw ExitCode(ExitStatus.badInput.rawValue) }
    }

    /// Loads both models, as every command does that needs them.
    ///
    /// - Returns: how many things are not as they should be.
    private func checkModels(advice: inout [String]) throws -> Int {
        var faults = 0
        if let named = variable("VITRINE_SMALL_WEIGHTS"), (try? SmallWeights())?.folder != named {
            faults += 1
            try show("small weights", "not in \(named) (VITRINE_SMALL_WEIGHTS)")
            advice.append("let VITRINE_SMALL_WEIGHTS name the folder that holds the small weights, or unset it")
        }
        let clip = [("--clip", "VITRINE_CLIP"), ("--merges", "VITRINE_MERGES")]
        faults += try check("CLIP", chosenWith: clip, advice: &advice) {
            try LoadedCLIP(models.clipOptions, models.precisionOptions).files
        }
        faults += try check("SAM", chosenWith: [("--sam", "VITRINE_SAM")], advice: &advice) {
            try LoadedSAM(file: models.samOptions.file(), models.precisionOptions).files
        }
        return faults
    }

    private func check(
        _ role: String, chosenWith sources: [(flag: String, variable: String)], advice: inout [String],
        _ load: () throws -> [WeightFile]
    ) throws -> Int {
        switch Result(catching: load) {
        case .success(let files):
            for file in files { try show(file.role, file.path) }
            return 0
        case .failure(let error):
            try show(role, (error as? CommandFailure)?.message ?? "\(error)")
            let names = sources.map { source in
                let now = variable(source.variable).map { " (now \(printable($0)))" } ?? ""
                return "\(source.flag) or \(source.variable)\(now)"
            }
            advice.append("choose a \(role) that can be used, with \(names.joined(separator: " and "))")
            return 1
        }
    }

    /// Looks for the folder of text vectors, when there should be one.
    ///
    /// - Returns: 1 where one that was named cannot be used.
    private func checkTextCache(advice: inout [String]) throws -> Int {
        let report = CacheFolder().report()
        try show("text cache", report.text)
        if let line = report.advice { advice.append(line) }
        return report.isFault ? 1 : 0
    }

    /// Looks for the folder of packed weights, when there should be one.
    ///
    /// - Returns: 1 where it cannot be used.
    private func checkPackedWeights(advice: inout [String]) throws -> Int {
        let report = models.precisionOptions.packed.report()
        try show("packed weights", report.text)
        if let line = report.advice { advice.append(line) }
        return report.advice == nil ? 0 : 1
    }

    private func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func show(_ name: String, _ value: String) throws {
        try Terminal.write(
            "\((name + ":").padding(toLength: 18, withPad: " ", startingAt: 0))\(printable(value))")
    }
}
