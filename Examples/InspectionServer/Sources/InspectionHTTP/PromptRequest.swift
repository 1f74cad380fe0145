import Foundation
import Imaging
import SegmentAnything

/// What a client asks SAM: points, a box or both, as docs/Formats.md writes them.
struct PromptRequest: Decodable, Hashable, Sendable {
    enum Masks: String, Decodable { case single, multiple }

    /// Of a picture that was sent before; absent where the picture comes along.
    var embedding: String?
    var points: [PromptPoint]?
    /// The first and last column and row.
    var box: ImageBox?
    /// One mask for a clear prompt, three for an unclear one. Three unless said otherwise.
    var masks: Masks?

    /// - Throws: ``ServiceError/unusablePrompt(reason:)`` in words that name the place.
    init(json: some Sequence<UInt8>) throws(ServiceError) {
        do {
            self = try JSONDecoder().decode(PromptRequest.self, from: Data(json))
        } catch {
            throw .unusablePrompt(reason: Self.reason(error))
        }
    }

    /// As SAM takes it.
    func prompt(_ limits: ServiceLimits) throws(ServiceError) -> Prompt {
        let points = points ?? []
        if points.count > limits.promptPoints {
            throw .tooManyPoints(points.count, limit: limits.promptPoints)
        }
        return Prompt(points: points, box: box)
    }

    private static func reason(_ error: any Error) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "number \($0 + 1)" } ?? $0.stringValue }.joined(separator: ", ")
        }
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            return "\"\(key.stringValue)\" is missing"
                + (context.codingPath.isEmpty ? "" : " in \(place(context.codingPath))")
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "it is not a JSON object" : "\(place(context.codingPath)) is not what it must be"
        default: return "it is not JSON"
        }
    }
}
