import AnomalySegmentation
import ArgumentParser
import Foundation
import Hummingbird
import InspectionHTTP
import Logging
import Tensors

/// Starts the server.
@main
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspection-server",
        abstract: "Segments defects and answers prompts over HTTP, with a page to try it in the browser.",
        discussion: "It speaks plain HTTP and knows no users. See README.md of this example.")

    @Option(help: "The address to listen at. 0.0.0.0 lets other machines in.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 takes a free one, which the log names.")
    var port = 8080

    @Option(help: "CLIP's weights. Without them the small ones that come with Vitrine.")
    var clip: String?

    @Option(help: "The vocabulary that belongs to CLIP's weights, unpacked: merges.txt or tokenizer.json.")
    var merges: String?

    @Option(help: "SAM's weights. Without them the small ones that come with Vitrine.")
    var sam: String?

    @Option(help: "A JSON file with the method's configuration, as \"configuration\" stands in result.json.")
    var configuration: String?

    @Option(help: "Threads of the computation. Without it as many as the processor has cores for this process.")
    var threads: Int?

    @Option(help: "Requests that may wait for the models. One more is refused with 503.")
    var queue = ServiceLimits().waitingRequests

    @Option(help: "Seconds that a request may take, waiting included. Longer ones get 504.")
    var timeLimit = ServiceLimits().requestSeconds

    @Option(help: "Megabytes that a request may have. Larger ones get 413.")
    var bodyLimit = ServiceLimits().bodyBytes >> 20

    @Option(help: "Pictures whose embedding is kept for further prompts.")
    var keep = ServiceLimits().keptEmbeddings

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port takes 0 to 65535, not \(port)") }
        guard (clip == nil) == (merges == nil) else {
            throw ValidationError("name CLIP's weights and their vocabulary together: --clip FILE --merges FILE")
        }
        guard queue >= 0 else { throw ValidationError("--queue takes 0 or more, not \(queue)") }
        guard timeLimit > 0, timeLimit <= 86_400 else {
            throw ValidationError("--time-limit takes more than 0 and up to 86400 seconds, not \(timeLimit)")
        }
        guard (1...1024).contains(bodyLimit) else {
            throw ValidationError("--body-limit takes 1 to 1024, not \(bodyLimit)")
        }
        guard keep >= 0 else { throw ValidationError("--keep takes 0 or more, not \(keep)") }
        if let threads, threads < 1 { throw ValidationError("--threads takes 1 or more, not \(threads)") }
    }

    func run() async throws {
        let logger = Logger(label: "inspection-server")
        if let threads { try ComputeThreads.set(threads) }
        var method = AnomalyConfiguration.default
        if let configuration {
            method = try JSONDecoder().decode(
                AnomalyConfiguration.self, from: Data(contentsOf: URL(fileURLWithPath: configuration)))
        }
        var files = try ServiceModels.Files.small()
        if let clip, let merges { (files.clip, files.merges) = (clip, merges) }
        if let sam { files.sam = sam }
        let service = InspectionService(models: try ServiceModels(files, configuration: method), limits: limits)
        try await service.application(.hostname(host, port: port), logger: logger).runService()
    }

    private var limits: ServiceLimits {
        var limits = ServiceLimits()
        limits.waitingRequests = queue
        limits.requestSeconds = timeLimit
        limits.bodyBytes = bodyLimit << 20
        limits.keptEmbeddings = keep
        return limits
    }
}
