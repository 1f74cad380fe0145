import Checkpoints
import HTTPTypes
import Hummingbird
import ImageCodecs
import Imaging
import NIOCore

/// A picture as a client sent it, with the texts that came along.
struct Upload: Sendable {
    /// The picture's file. It is decoded when its turn comes: until then it waits as small as it came.
    let picture: [UInt8]
    /// Parts of the form beside the picture.
    let texts: [String: String]

    /// The embedding of the same file has the same name: the SHA-256 of its bytes, in hexadecimal digits.
    var name: String {
        var digest = SHA256()
        picture.withUnsafeBytes { digest.update($0) }
        return digest.hexadecimalDigest()
    }

    /// Decodes the picture and turns it upright, as browsers show it.
    func decoded(_ limits: ServiceLimits) throws(ImageCodecError) -> DecodedImage {
        var options = DecodingOptions()
        options.maximumPixels = limits.picturePixels
        options.appliesOrientation = true
        return try ImageFile.decode(picture, name: "picture", options: options)
    }
}

extension InspectionService {
    /// Receives a picture: the body as it is, or a form with the part `image`.
    ///
    /// - Throws: ``ServiceError``.
    func upload(_ request: Request) async throws -> Upload {
        let type = request.headers[.contentType] ?? ""
        let kind = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        // curl --data-binary says that it sends a form of the old kind.
        let isRaw =
            ["", "application/octet-stream", "application/x-www-form-urlencoded"].contains(kind)
            || kind.hasPrefix("image/")
        guard isRaw || kind == "multipart/form-data" else { throw ServiceError.unsupportedContentType(type) }
        let bytes = try await body(of: request)
        if isRaw {
            if bytes.isEmpty { throw ServiceError.missingPicture }
            return Upload(picture: bytes, texts: [:])
        }
        let form: MultipartForm
        do {
            guard let boundary = MultipartForm.boundary(inContentType: type) else { throw MultipartFault.noBoundary }
            form = try MultipartForm(bytes, boundary: boundary)
        } catch let fault as MultipartFault { throw ServiceError.unusableForm(fault) }
        guard let picture = form["image"], !picture.isEmpty else { throw ServiceError.missingPicture }
        let others = form.parts.filter { $0.name != "image" }
        return Upload(
            picture: picture,
            texts: Dictionary(
                uniqueKeysWithValues: others.map { ($0.name, String(decoding: bytes[$0.content], as: UTF8.self)) }))
    }

    /// The whole body, as far as it may be long.
    func body(of request: Request) async throws -> [UInt8] {
        let tooLarge = ServiceError.bodyTooLarge(limitBytes: limits.bodyBytes)
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limits.bodyBytes {
            throw tooLarge
        }
        do {
            return Array(buffer: try await request.body.collect(upTo: limits.bodyBytes))
        } catch is NIOTooManyBytesError { throw tooLarge }
    }
}
