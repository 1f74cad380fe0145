import Foundation
import Tensors

/// A process that measures with the kernels of one instruction set: a question a line on its standard input, a JSON answer a
/// line on its standard output.
final class BenchmarkWorker {
    let instructionSet: String
    private let process = Process()
    private let questions = Pipe()
    private let answers = Pipe()

    /// What the machine can do at most.
    struct Limits: Codable {
        /// 10^9 floating-point operations a second in multiply-adds on registers.
        var peakGigaflops: Double
        /// 10^9 bytes a second, read and written, in a copy.
        var memoryGigabytes: Double
    }

    private struct Answer: Codable {
        var limits: Limits?
        var measurement: Measurement?
        var failure: String?
    }

    init(_ instructionSet: String, arguments: [String]) throws {
        self.instructionSet = instructionSet
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["VITRINE_KERNELS": instructionSet]) { $1 }
        process.standardInput = questions
        process.standardOutput = answers
        try process.run()
    }

    deinit {
        // A worker ends with its questions.
        try? questions.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    func limits() throws -> Limits {
        guard let limits = try ask("limits").limits else {
            throw BenchmarkError.workerEnded(instructionSet: instructionSet)
        }
        return limits
    }

    /// - Throws: `BenchmarkError.failed` for a wrong result.
    func measure(_ index: Int) throws -> Measurement {
        guard let measurement = try ask("\(index)").measurement else {
            throw BenchmarkError.workerEnded(instructionSet: instructionSet)
        }
        return measurement
    }

    private func ask(_ question: String) throws -> Answer {
        try questions.fileHandleForWriting.write(contentsOf: Data("\(question)\n".utf8))
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            guard let more = try answers.fileHandleForReading.read(upToCount: 1), !more.isEmpty else {
                throw BenchmarkError.workerEnded(instructionSet: instructionSet)
            }
            line += more
        }
        let answer = try JSONDecoder().decode(Answer.self, from: line)
        if let failure = answer.failure { throw BenchmarkError.failed("\(instructionSet): \(failure)") }
        return answer
    }

    /// Answers questions until there are no more.
    static func serve(_ benchmarks: [KernelBenchmark], seconds: Double, spoiling spoiled: Int?) throws {
        while let question = readLine() {
            var answer = Answer()
            if let index = Int(question), benchmarks.indices.contains(index) {
                do throws(WrongResult) {
                    answer.measurement = try benchmarks[index].measure(seconds: seconds, spoiling: spoiled)
                } catch { answer.failure = "\(error)" }
            } else {
                let machine = MachineReport()
                answer.limits = Limits(
                    peakGigaflops: machine.measureGigaflops(seconds: 1).peakGigaflops,
                    memoryGigabytes: machine.measureMemoryGigabytes())
            }
            try FileHandle.standardOutput.write(contentsOf: JSONEncoder().encode(answer) + [UInt8(ascii: "\n")])
        }
    }
}
