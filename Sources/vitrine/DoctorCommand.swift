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
        show("CPU", machine.cpuName)
        show("instruction sets", machine.instructionSets.joined(separator: ", "))
        show("kernels", "\(machine.kernels) (\(machine.kernelsReason))")
        if let blas = machine.blas {
            show("BLAS", "\(blas.file), \(blas.version)")
            show("BLAS core", "\(blas.core) (\(blas.coreReason))")
            show("BLAS threads", "\(blas.threads) a call; Vitrine splits the work itself")
        } else {
            show("BLAS", "none: \(machine.blasAbsence ?? "not found")")
        }
        show("threads", "\(machine.threads) (\(machine.threadsReason))")
        show("libpng", CodecVersions.libpng)
        show("libjpeg-turbo", CodecVersions.libjpegTurbo ?? "version not told")
        let speed = machine.measureGigaflops(seconds: 2)
        show(
            "speed",
            String(
                format: "%.0f GFLOP/s in a large matrix product, %.0f in multiply-adds alone",
                speed.productGigaflops, speed.peakGigaflops))
        var isComplete = true
        do {
            let files = try models.clipOptions.files()
            for (role, path) in [("CLIP", files.clip), ("SAM", try models.samOptions.file())] {
                do {
                    let checkpoint = try Checkpoint.open(path)
                    show(role, "\(path), \(checkpoint.names.count) tensors")
                } catch {
                    isComplete = false
                    show(role, "\(error)")
                    advice.append("name a readable \(role) file with --\(role.lowercased())")
                }
            }
            if FileManager.default.isReadableFile(atPath: files.merges) {
                show("merges", files.merges)
            } else {
                isComplete = false
                show("merges", "\(files.merges) cannot be read")
                advice.append("name the tokenizer's merges with --merges")
            }
        } catch let failure as CommandFailure {
            isComplete = false
            show("weights", failure.message)
        }
        if advice.isEmpty {
            print("\nAll is well.")
        } else {
            print("\nWhat to do:")
            for line in advice { print("  - \(line)") }
        }
        if !isComplete { throw ExitCode(ExitStatus.badInput.rawValue) }
    }

    private func show(_ name: String, _ value: String) {
        print("\((name + ":").padding(toLength: 18, withPad: " ", startingAt: 0))\(printable(value))")
    }
}
