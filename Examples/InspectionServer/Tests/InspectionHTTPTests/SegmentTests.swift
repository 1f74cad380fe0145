import AnomalySegmentation
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import ImageCodecs
import Imaging
import InspectionHTTP
import Testing

extension ServerTests {
    struct SegmentTests {
        let plate: [UInt8]

        init() throws { plate = try TestServer.plate.get() }

        /// A part of an answer by its path.
        private func value<Value>(_ response: TestResponse, _ path: String...) throws -> Value {
            var value: Any? = try response.object
            for key in path { value = (value as? [String: Any])?[key] }
            return try #require(value as? Value, "\(path) in \(response.text.prefix(200))")
        }

        private func image(_ response: TestResponse, _ name: String) throws -> Image {
            let text: String = try value(response, "images", name)
            return try ImageFile.decode([UInt8](try #require(Data(base64Encoded: text))), name: name).image
        }

        @Test func `A picture as the body gives scores, regions and an overlay`() async throws {
            try await TestServer.run { client in
                let response = try await client.send(plate, to: "/segment?object=metal%20plate")
                #expect(response.status == .ok)
                #expect(try value(response, "result", "object") == "metal plate")
                let score: Double = try value(response, "result", "score")
                #expect((0...1).contains(score))
                let regions: [[String: Any]] = try value(response, "result", "regions")
                #expect(!regions.isEmpty)
                let size: Int = try value(response, "result", "picture", "size", "width")
                #expect(size == 320)
                // Two panels side by side.
                let overlay = try image(response, "overlay")
                #expect(overlay.size.width > 2 * size && overlay.size.height > size)
                #expect(try response.object["embedding"] == nil)
            }
        }

        @Test func `The result is the library's record`() async throws {
            let image = try ImageFile.decode(plate, name: "plate").image
            let record = try await TestServer.models.get().segmenter.segment(image, object: "plate").record
            try await TestServer.run { client in
                let response = try await client.send(plate, to: "/segment?object=plate&images=none")
                struct Answer: Decodable { var result: AnomalyRecord }
                let answer = try JSONDecoder().decode(Answer.self, from: Data(buffer: response.body))
                #expect(answer.result == record && !record.groups.isEmpty)
            }
        }

        @Test func `A form gives the same answer as a body`() async throws {
            try await TestServer.run { client in
                let raw = try await client.send(plate, to: "/segment?object=metal%20plate&images=none")
                let form = TestServer.form([("image", plate), ("object", Array("metal plate".utf8))])
                let formed = try await client.execute(
                    uri: "/segment?images=none", method: .post, headers: [.contentType: form.type], body: form.body)
                func withoutTimes(_ response: TestResponse) throws -> NSDictionary {
                    var result: [String: Any] = try value(response, "result")
                    result["timingsSeconds"] = nil
                    return result as NSDictionary
                }
                #expect(try withoutTimes(raw) == withoutTimes(formed))
            }
        }

        @Test func `Accept image/png gives the overlay itself`() async throws {
            try await TestServer.run { client in
                let response = try await client.send(
                    plate, to: "/segment?object=plate", headers: [.accept: "image/png"])
                #expect(response.headers[.contentType] == "image/png")
                let json = try await client.send(plate, to: "/segment?object=plate")
                #expect(
                    try ImageFile.decode(Array(buffer: response.body), name: "overlay").image
                        == image(json, "overlay"))
            }
        }

        @Test func `The answer holds the pictures that were asked for`() async throws {
            try await TestServer.run { client in
                let response = try await client.send(plate, to: "/segment?object=plate&images=heatmap,mask")
                let images: [String: String] = try value(response, "images")
                #expect(images.keys.sorted() == ["heatmap", "mask"])
                #expect(try image(response, "heatmap").size == ImageSize(width: 320, height: 320))
                let area: Int = try value(response, "result", "mask", "area")
                #expect(try image(response, "mask").grey.values.count { $0 == 255 } == area)
            }
        }

        @Test func `An embedding is kept when asked for, and changes nothing`() async throws {
            try await TestServer.run { client in
                let plain = try await client.send(plate, to: "/segment?object=plate&images=mask")
                for _ in 0..<2 {
                    let kept = try await client.send(plate, to: "/segment?object=plate&images=mask&keep=true")
                    #expect(try #require(try kept.object["embedding"] as? String).count == 64)
                    #expect(try image(kept, "mask") == image(plain, "mask"))
                }
                let metrics = try await client.execute(uri: "/metrics", method: .get)
                #expect(metrics.text.contains("\nvitrine_embeddings_kept 1\n"))
                #expect(metrics.text.contains("\nvitrine_embeddings_found_total 1\n"))
            }
        }

        @Test func `What cannot be segmented is refused with a sentence`() async throws {
            var limits = ServiceLimits()
            limits.bodyBytes = 200_000
            limits.picturePixels = 60_000
            let long = String(repeating: "very%20", count: 100)
            let small = try smallPicture()
            let cases: [(uri: String, type: String, body: [UInt8], status: Int, words: String)] = [
                ("/segment", "", small, 400, "?object="),
                ("/segment?object=%20", "", small, 400, "?object="),
                ("/segment?object=a", "", [], 400, "there is no picture"),
                ("/segment?object=a&images=sketch", "", small, 400, "overlay, heatmap, mask"),
                ("/segment?object=a", "text/plain", small, 415, "text/plain"),
                ("/segment?object=a", "", Array("hello, this is text".utf8), 415, "picture"),
                ("/segment?object=a", "", Array(small.dropLast(60)), 422, "picture"),
                ("/segment?object=\(long)", "", small, 422, "very"),
                ("/segment?object=a", "", plate, 413, "320"),
                ("/segment?object=a", "", [UInt8](repeating: 1, count: 200_001), 413, "200000 bytes"),
                ("/segment?object=a", "multipart/form-data", small, 400, "boundary"),
                ("/segment?object=a", "multipart/form-data; boundary=x", small, 400, "ends too early"),
            ]
            try await TestServer.run(limits) { client in
                for entry in cases {
                    let response = try await client.send(
                        entry.body, to: entry.uri, headers: entry.type.isEmpty ? [:] : [.contentType: entry.type])
                    #expect(response.status.code == entry.status, "\(entry.uri) \(entry.type): \(response.text)")
                    #expect(try response.sentence.contains(entry.words), "\(response.text)")
                }
                // None of them harmed the server.
                #expect(try await client.send(small, to: "/segment?object=a").status == .ok)
            }
        }

        /// 40 x 30 pixels with a dark spot, as PNG.
        private func smallPicture() throws -> [UInt8] {
            let size = ImageSize(width: 40, height: 30)
            let values = (0..<size.pixelCount).map { index -> UInt8 in
                let (x, y) = (index % 40, index / 40)
                return (15...20).contains(x) && (10...15).contains(y) ? 20 : UInt8(180 + (x * 7 + y * 3) % 20)
            }
            return try PNGWriter.bytes(GreyImage(size: size, values: values))
        }
    }
}
