import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Imaging
import InspectionHTTP
import Logging
import Testing

/// All tests that talk to a server. They take turns, since all servers of a process share one queue.
@Suite(.serialized) struct ServerTests {}

/// Servers with the small weights.
enum TestServer {
    static let models = Result { try ServiceModels(.small()) }

    /// Runs a server, with its own connection for each of `requests` that are sent at once.
    static func run<Value>(
        _ limits: ServiceLimits = ServiceLimits(), _ setup: TestingSetup = .live,
        _ requests: @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let service = InspectionService(models: try models.get(), limits: limits)
        return try await service.application(.hostname("127.0.0.1", port: 0), logger: logger).test(setup, requests)
    }

    /// A drawn plate with a hole, as PNG.
    static let plate = Result {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: root.appendingPathComponent("Tools/samples/wood-holes.png")))
    }

    /// A body of multipart/form-data as curl sends it, and its type.
    static func form(_ parts: [(name: String, bytes: [UInt8])]) -> (type: String, body: ByteBuffer) {
        var bytes: [UInt8] = []
        for part in parts {
            bytes += Array("--limit\r\nContent-Disposition: form-data; name=\"\(part.name)\"\r\n\r\n".utf8)
            bytes += part.bytes + Array("\r\n".utf8)
        }
        bytes += Array("--limit--\r\n".utf8)
        return ("multipart/form-data; boundary=limit", ByteBuffer(bytes: bytes))
    }
}

extension TestClientProtocol {
    /// Sends a picture as it is.
    func send(_ picture: [UInt8], to uri: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: uri, method: .post, headers: headers, body: ByteBuffer(bytes: picture))
    }

    /// Sends a prompt.
    func ask(_ json: String) async throws -> TestResponse {
        try await execute(
            uri: "/mask", method: .post, headers: [.contentType: "application/json"], body: ByteBuffer(string: json))
    }
}

extension TestResponse {
    /// The body as a JSON object.
    var object: [String: Any] {
        get throws {
            try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }
    }

    /// The sentence of an error, which must be one line of JSON with the status that the head has.
    var sentence: String {
        get throws {
            let object = try object
            #expect(object["status"] as? Int == status.code)
            #expect(headers[.contentType] == "application/json")
            return try #require(object["error"] as? String)
        }
    }

    var text: String { String(buffer: body) }
}
