import HTTPTypes
import Hummingbird
import Logging
import Tensors

/// Around every route: errors become JSON with a sentence, and each request is counted and timed.
struct AnswerMiddleware: RouterMiddleware {
    let service: InspectionService
    let logger: Logger

    func handle(
        _ request: Request, context: InspectionContext,
        next: (Request, InspectionContext) async throws -> Response
    ) async throws -> Response {
        service.embeddings.removeExpired()
        service.metrics.begin()
        let start = ContinuousClock.now
        let response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = try failed(error, request, context)
        }
        let elapsed = (ContinuousClock.now - start).components
        service.metrics.end(
            route: Self.route(context) ?? "other", status: response.status.code,
            seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
        return response
    }

    private func failed(_ failure: any Error, _ request: Request, _ context: InspectionContext) throws -> Response {
        let isUnknown = Self.route(context) == nil
        let answer = ErrorAnswer(
            isUnknown ? ServiceError.noSuchRoute("\(request.method.rawValue) \(request.uri.path)") : failure)
        if answer.isFault {
            logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(failure)"])
        }
        var headers: HTTPFields = [:]
        if answer.status == 503 { headers[.retryAfter] = "\(retrySeconds)" }
        return try JSONAnswer.response(answer, status: HTTPResponse.Status(code: answer.status), headers: headers)
    }

    /// The route that answers; nil where none does, for which the router has a word instead of a path.
    private static func route(_ context: InspectionContext) -> String? {
        context.endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    /// About as long as it takes until those that wait now have their answers.
    private var retrySeconds: Int {
        let mean = service.metrics.meanSeconds(of: "/segment") ?? 1
        return max(1, min(60, Int(Double(ComputeQueue.shared.load.waiting) * mean)))
    }
}
