import Foundation
import Imaging
import SegmentAnything

/// What a client asks SAM: points, a box or both, as docs/Formats.md writes them.
struct PromptRequest: Decodable, Hashable, Sendable {
    struct Point: Codable, Hashable, Sendable {
        enum Label: String, Codable { case positive, negative }

        /// Pixels of the picture.
        var position: ImagePoint
        var label: Label
    }

    struct Box: Codable, Hashable, Sendable {
        var x0: Int
        var y0: Int
        var x1: Int
        var y1: Int
    }

    enum Masks: String, Decodable { case single, multiple }

    /// Of a picture that was sent before; absent where the picture comes along.
    var embedding: String?
    var points: [Point]?
    /// The first and last column and row.
    var box: Box?
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
        return Prompt(
            points: points.map { PromptPoint($0.position, $0.label == .positive ? .positive : .negative) },
            box: box.map { ImageBox(x0: $0.x0, y0: $0.y0, x1: $0.x1, y1: $0.y1) })
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
