import ArgumentParser
import Checkpoints
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
        models.threadOptions.apply()
        let machine = MachineReport()
        var advice = machine.advice
        try show("CPU", machine.cpuName)
        try show("instruction sets", machine.instructionSets.joined(separator: ", "))
        try show("kernels", "\(machine.kernels) (\(machine.kernelsReason))")
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
                format: "%.0f GFLOP/s in a large matrix product, %.0f in multiply-adds alone",
                speed.productGigaflops, speed.peakGigaflops))
        var isComplete = true
        switch Result(catching: { (clip: try models.clipOptions.files(), sam: try models.samOptions.file()) }) {
        case .success(let files):
            for (role, path) in [("CLIP", files.clip.clip), ("SAM", files.sam)] {
                switch Result(catching: { () throws(CheckpointError) in try Checkpoint.open(path) }) {
                case .success(let checkpoint): try show(role, "\(path), \(checkpoint.names.count) tensors")
                case .failure(let error):
                    isComplete = false
                    try show(role, "\(error)")
                    advice.append("name a readable \(role) file with --\(role.lowercased())")
                }
            }
            if FileManager.default.isReadableFile(atPath: files.clip.merges) {
                try show("merges", files.clip.merges)
            } else {
                isComplete = false
                try show("merges", "\(files.clip.merges) cannot be read")
                advice.append("name the tokenizer's merges with --merges")
            }
        case .failure(let failure):
            isComplete = false
            try show("weights", (failure as? CommandFailure)?.message ?? "\(failure)")
        }
        if advice.isEmpty {
            try Terminal.write("\nAll is well.")
        } else {
            try Terminal.write("\nWhat to do:")
            for line in advice { try Terminal.write("  - \(line)") }
        }
        if !isComplete { throw ExitCode(ExitStatus.badInput.rawValue) }
    }

    private func show(_ name: String, _ value: String) throws {
        try Terminal.write(
            "\((name + ":").padding(toLength: 18, withPad: " ", startingAt: 0))\(printable(value))")
    }
}
