import HTTPTypes
import Hummingbird
import ImageCodecs
import Imaging
import SegmentAnything
import Tensors

extension InspectionService {
    /// `POST /mask`: what SAM draws around points or in a box. Either JSON that names an embedding, or a form with the
    /// parts `image` and `prompt`.
    func mask(_ request: Request, _ context: InspectionContext) async throws -> Response {
        let isJSON = request.headers[.contentType]?.hasPrefix("application/json") ?? false
        let answer = try await answering(context) {
            if isJSON {
                let asked = try PromptRequest(json: try await body(of: request))
                let prompt = try asked.prompt(limits)
                guard let name = asked.embedding, let embedding = embeddings.embedding(named: name) else {
                    throw ServiceError.unknownEmbedding
                }
                return try await ComputeQueue.shared.run {
                    try masks(embedding, prompt, asked.masks, name: name)
                }
            }
            let upload = try await upload(request)
            let asked = try PromptRequest(json: (upload.texts["prompt"] ?? "").utf8)
            let prompt = try asked.prompt(limits)
            return try await ComputeQueue.shared.run {
                let (embedding, name, _) = try embedded(upload)
                return try masks(embedding, prompt, asked.masks, name: name)
            }
        }
        return Response(
            status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: answer))
    }

    /// `POST /embed`: prepares a picture for prompts, and keeps what was computed.
    func embed(_ request: Request, _ context: InspectionContext) async throws -> Response {
        try await answering(context) {
            let upload = try await upload(request)
            let (name, picture) = try await ComputeQueue.shared.run {
                let (_, name, picture) = try embedded(upload)
                return (name, picture)
            }
            return try JSONAnswer.response(
                EmbedAnswer(embedding: name, picture: picture, keptSeconds: limits.keptSeconds))
        }
    }

    /// The embedding of a picture, made where it is not kept already, and the name under which it is kept.
    private func embedded(_ upload: Upload) throws -> (ImageEmbedding, String?, SegmentAnswer.Picture) {
        let decoded = try upload.decoded(limits)
        let name = upload.name
        if let kept = embeddings.embedding(named: name) { return (kept, name, SegmentAnswer.Picture(decoded)) }
        let made = try models.sam.embed(decoded.image)
        try ComputeQueue.checkCancellation()
        return (made, embeddings.keep(made, named: name) ? name : nil, SegmentAnswer.Picture(decoded))
    }

    private func masks(
        _ embedding: ImageEmbedding, _ prompt: Prompt, _ masks: PromptRequest.Masks?, name: String?
    ) throws -> ByteBuffer {
        let prediction = try models.sam.predict(embedding, prompt, masks: masks == .single ? .single : .multiple)
        return try JSONAnswer.bytes(MaskAnswer(prediction, embedding.frame, embedding: name))
    }
}
