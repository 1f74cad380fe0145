import HTTPTypes
public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import Tensors

/// The server: routes over two models that all requests share.
public struct InspectionService: Sendable {
    let models: ServiceModels
    let limits: ServiceLimits
    let embeddings: EmbeddingStore
    let metrics = ServiceMetrics()

    /// - Parameters:
    ///   - models: loaded before, since that takes seconds.
    ///   - limits: of requests and of what is kept. The number of requests that wait becomes that of
    ///     `ComputeQueue.shared`.
    public init(models: ServiceModels, limits: ServiceLimits = ServiceLimits()) {
        self.models = models
        self.limits = limits
        embeddings = EmbeddingStore(limits: limits)
        ComputeQueue.shared.waitingLimit = limits.waitingRequests
    }

    /// The server at an address. `runService()` runs it until SIGTERM or SIGINT, and then finishes the requests in hand.
    public func application(_ address: BindAddress, logger: Logger) -> some ApplicationProtocol {
        Application(
            router: router(logger),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionWatch()],
                    idleTimeout: .milliseconds(Int64(limits.idleSeconds * 1000)))),
            configuration: ApplicationConfiguration(
                address: address, serverName: "inspection-server",
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
            logger: logger)
    }

    private func router(_ logger: Logger) -> Router<InspectionContext> {
        let router = Router(context: InspectionContext.self)
        router.add(middleware: AnswerMiddleware(service: self, logger: logger))
        router.get("/health") { _, _ in try health() }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: MetricsText.contentType],
                body: ResponseBody(
                    byteBuffer: ByteBuffer(
                        string: MetricsText(
                            metrics.record, queue: ComputeQueue.shared.load, embeddings: embeddings.contents
                        ).text)))
        }
        for file in PageFile.allCases { router.get(file.route) { _, _ in file.response } }
        router.post("/segment") { request, context in try await segment(request, context) }
        router.post("/mask") { request, context in try await mask(request, context) }
        router.post("/embed") { request, context in try await embed(request, context) }
        return router
    }

    private struct Health: Encodable {
        var status = "ok"
        var waiting: Int
    }

    /// `GET /health`: answers at once, however much is being computed.
    private func health() throws -> Response {
        try JSONAnswer.response(Health(waiting: ComputeQueue.shared.load.waiting))
    }
}
