import Foundation
import Tensors

/// Runs models as a server of one: a JSON request a line on standard input, a JSON reply a line on standard output.
///
/// `Tools/compare` drives it, so that the same minute, the same inputs and the same weights serve every engine that is
/// compared. The requests are the cases of ``Request``; a request that cannot be answered is answered with `error`.
@main
struct ModelRunner {
    static func main() throws {
        var session = Session()
        while let line = readLine() {
            let reply: Reply
            do {
                reply = try session.answer(try JSONDecoder().decode(Request.self, from: Data(line.utf8)))
            } catch {
                reply = Reply(error: "\(error)")
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            print(String(decoding: try encoder.encode(reply), as: UTF8.self))
            fflush(nil)
        }
    }
}

/// One line from the driver.
struct Request: Decodable {
    enum Operation: String, Decodable {
        /// Builds `work` from `weights` and takes `input`.
        case load
        /// Runs what was loaded once, and says how long it took.
        case run
        /// Writes what the last run gave to `output`.
        case save
        /// Multiply-adds alone on all threads: what the machine can do at the moment.
        case peak
        /// CPU, kernels, BLAS and threads.
        case machine
        /// Largest resident size of this process so far.
        case memory
        /// Sets the number of threads.
        case threads
    }

    var operation: Operation
    var work, weights: String?
    var input, output: String?
    /// In which a model computes, `full` without it.
    var precision: String?
    var count: Int?
    var seconds: Double?
}

/// One line to the driver.
struct Reply: Encodable {
    var seconds: Double?
    var gigaflops: Double?
    var machine: [String: String]?
    /// Largest resident size of the process so far, bytes.
    var peakBytes: Int?
    var error: String?
}

/// What is loaded at the moment.
struct Session {
    private var work: (any Work)?
    private var results: [(name: String, tensor: Tensor)] = []

    mutating func answer(_ request: Request) throws -> Reply {
        switch request.operation {
        case .threads:
            try ComputeThreads.set(max(1, request.count ?? 1))
            return Reply()
        case .memory: return Reply(peakBytes: Self.peakBytes())
        case .machine: return Reply(machine: Self.machine())
        case .peak:
            let speed = MachineReport().measureGigaflops(seconds: request.seconds ?? 0.5)
            return Reply(gigaflops: speed.peakGigaflops)
        case .load:
            work = nil
            results = []
            guard let name = request.work, let weights = request.weights, let input = request.input else {
                throw RunnerError.incomplete("load takes work, weights and input")
            }
            let asked = request.precision ?? Precision.full.rawValue
            guard let precision = Precision(rawValue: asked) else { throw RunnerError.unknownPrecision(asked) }
            work = try Works.make(name, weights: weights, input: input, precision: precision)
            return Reply(peakBytes: Self.peakBytes())
        case .run:
            guard let work else { throw RunnerError.incomplete("nothing is loaded") }
            let clock = ContinuousClock()
            let start = clock.now
            results = try work.run()
            let elapsed = clock.now - start
            return Reply(seconds: elapsed / .seconds(1), peakBytes: Self.peakBytes())
        case .save:
            guard let output = request.output else { throw RunnerError.incomplete("save takes output") }
            try Works.save(results, to: output)
            return Reply()
        }
    }

    private static func machine() -> [String: String] {
        let report = MachineReport()
        return [
            "cpu": report.cpuName, "kernels": report.kernels, "threads": "\(report.threads)",
            "blas": report.blas.map { "\($0.version), core \($0.core)" } ?? "none",
        ]
    }

    /// `VmHWM` of this process.
    private static func peakBytes() -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        return nil
    }
}

enum RunnerError: Error, CustomStringConvertible {
    case incomplete(String)
    case unknownWork(String)
    case unknownPrecision(String)

    var description: String {
        switch self {
        case .incomplete(let what): what
        case .unknownWork(let name): "no work is called \(name)"
        case .unknownPrecision(let name): "no precision is called \(name)"
        }
    }
}
