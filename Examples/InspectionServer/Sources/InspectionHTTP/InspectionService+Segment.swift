import AnomalySegmentation
import Foundation
import HTTPTypes
import Hummingbird
import ImageCodecs
import Imaging
import SegmentAnything
import Tensors

extension InspectionService {
    /// `POST /segment`: where a picture looks damaged, and the outlines.
    ///
    /// - `object`: what the picture shows; in the address or a part of the form.
    /// - `images`: which pictures the answer holds, see ``SegmentPicture``; the overlay unless said otherwise.
    /// - `keep=true`: keeps SAM's embedding for `POST /mask`.
    /// - The header `Accept: image/png` asks for the first of these pictures in place of JSON.
    func segment(_ request: Request, _ context: InspectionContext) async throws -> Response {
        let query = request.uri.queryParameters
        let wantsPicture = request.headers[.accept].map { $0.hasPrefix("image/png") } ?? false
        let isKept = query["keep"] == "true"
        let images = try query["images"].map { try SegmentPicture.list(String($0)) } ?? [.overlay]
        let named = query["object"].map(String.init)
        let answer = try await answering(context) {
            let upload = try await upload(request)
            guard let object = upload.texts["object"] ?? named, object.contains(where: { !$0.isWhitespace }) else {
                throw ServiceError.missingObject
            }
            return try await ComputeQueue.shared.run {
                try segmented(upload, object: object, images: images, isKept: isKept, asPicture: wantsPicture)
            }
        }
        return Response(
            status: .ok, headers: [.contentType: wantsPicture ? "image/png" : "application/json"],
            body: ResponseBody(byteBuffer: answer))
    }

    /// Everything that computes, in one turn of the queue.
    private func segmented(
        _ upload: Upload, object: String, images: [SegmentPicture], isKept: Bool, asPicture: Bool
    ) throws -> ByteBuffer {
        let decoded = try upload.decoded(limits)
        let name = upload.name
        var embedding = isKept ? embeddings.embedding(named: name) : nil
        if isKept, embedding == nil {
            let made = try models.sam.embed(decoded.image)
            if embeddings.keep(made, named: name) { embedding = made }
        }
        let result = try models.segmenter.segment(decoded.image, object: object, embedding: embedding)
        if asPicture {
            return ByteBuffer(bytes: try (images.first ?? .overlay).png(decoded.image, result))
        }
        var pictures: [String: String] = [:]
        for image in images {
            pictures[image.rawValue] = Data(try image.png(decoded.image, result)).base64EncodedString()
        }
        return try JSONAnswer.bytes(
            SegmentAnswer(
                embedding: embedding == nil ? nil : name, images: pictures,
                result: SegmentAnswer.Found(
                    picture: SegmentAnswer.Picture(decoded), object: object, record: result.record,
                    timingsSeconds: result.timings)))
    }
}
