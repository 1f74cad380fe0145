import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import ImageCodecs
import Imaging
import InspectionHTTP
import SegmentAnything
import Tensors
import Testing

extension ServerTests {
    struct MaskTests {
        let plate: [UInt8]

        init() throws { plate = try TestServer.plate.get() }

        /// Masks of an answer.
        private func masks(_ response: TestResponse) throws -> [Mask] {
            #expect(response.status == .ok, "\(response.text)")
            let list = try #require(try response.object["masks"] as? [[String: Any]])
            return try list.map { entry in
                let runs = try #require((entry["mask"] as? [String: Any])?["runs"] as? [String: Any])
                let size = try #require(runs["size"] as? [Int])
                return try RunLengthMask(
                    size: ImageSize(width: size[1], height: size[0]),
                    compressedCounts: try #require(runs["counts"] as? String)
                ).mask
            }
        }

        private func embeddingName(_ response: TestResponse) throws -> String {
            try #require(try response.object["embedding"] as? String)
        }

        @Test func `Prompts on a kept embedding give SAM's own masks`() async throws {
            let image = try ImageFile.decode(plate, name: "plate").image
            let sam = try TestServer.models.get().sam
            let embedding = try await sam.embed(image)
            let point = PromptPoint(ImagePoint(x: 128, y: 120), .positive)
            let box = ImageBox(x0: 60, y0: 60, x1: 200, y1: 190)
            func expected(_ prompt: Prompt, _ count: MaskCount) async throws -> [Mask] {
                let found = try await sam.predict(embedding, prompt, masks: count)
                return (0..<found.predictedIoU.count).map {
                    MaskPostprocessing.mask(embedding.frame.upscaledLogits(found.logits.element($0)))
                }
            }
            let three = try await expected(Prompt(points: [point]), .multiple)
            let one = try await expected(Prompt(points: [point], box: box), .single)
            try await TestServer.run { client in
                let name = try embeddingName(try await client.send(plate, to: "/embed"))
                let points = #"[{"position": {"x": 128, "y": 120}, "label": "positive"}]"#
                let first = try await client.ask(#"{"embedding": "\#(name)", "points": \#(points)}"#)
                #expect(try masks(first) == three)
                let second = try await client.ask(
                    #"{"embedding": "\#(name)", "points": \#(points), "masks": "single", "#
                        + #""box": {"x0": 60, "y0": 60, "x1": 200, "y1": 190}}"#)
                #expect(try masks(second) == one)
                // A picture that comes along.
                let form = TestServer.form([("image", plate), ("prompt", Array(#"{"points": \#(points)}"#.utf8))])
                let third = try await client.execute(
                    uri: "/mask", method: .post, headers: [.contentType: form.type], body: form.body)
                #expect(try masks(third) == three)
                #expect(try embeddingName(third) == name)
            }
        }

        @Test func `What cannot be asked is refused with a sentence`() async throws {
            let cases: [(prompt: String, status: Int, words: String)] = [
                ("", 400, "it is not"),
                ("[]", 400, "it is not a JSON object"),
                (#"{"points": [{"label": "positive"}]}"#, 400, #""position" is missing in points, number 1"#),
                (#"{"points": [{"position": {"x": 1, "y": 1}, "label": "maybe"}]}"#, 400, "label"),
                (#"{"box": {"x0": 1e99, "y0": 1, "x1": 2, "y1": 2}}"#, 400, "x0"),
                (#"{"points": []}"#, 422, "point"),
                (#"{"points": [{"position": {"x": 400, "y": 1}, "label": "positive"}]}"#, 422, "400"),
                (#"{"box": {"x0": 9, "y0": 9, "x1": 2, "y1": 2}}"#, 422, "box"),
                (#"{"points": [\#(point), \#(point), \#(point)]}"#, 400, "3 points"),
            ]
            var limits = ServiceLimits()
            limits.promptPoints = 2
            try await TestServer.run(limits) { client in
                let name = try embeddingName(try await client.send(plate, to: "/embed"))
                for entry in cases {
                    let prompt = entry.prompt.replacingOccurrences(
                        of: "{\"", with: "{\"embedding\": \"\(name)\", \"", range: entry.prompt.range(of: "{\""))
                    let response = try await client.ask(prompt)
                    #expect(response.status.code == entry.status, "\(prompt): \(response.text)")
                    #expect(try response.sentence.contains(entry.words), "\(response.text)")
                }
                for absent in [#"{"points": [\#(point)]}"#, #"{"embedding": "abc", "points": [\#(point)]}"#] {
                    let response = try await client.ask(absent)
                    #expect(response.status == .notFound)
                    #expect(try response.sentence.contains("/embed"))
                }
            }
        }

        private let point = #"{"position": {"x": 5, "y": 5}, "label": "positive"}"#

        @Test func `Only as many embeddings are kept as may be`() async throws {
            var limits = ServiceLimits()
            limits.keptEmbeddings = 1
            try await TestServer.run(limits) { client in
                let first = try embeddingName(try await client.send(plate, to: "/embed"))
                // Bytes behind the end of a PNG make it another file.
                let second = try embeddingName(try await client.send(plate + [0], to: "/embed"))
                #expect(first != second)
                #expect(try await client.ask(#"{"embedding": "\#(first)", "points": [\#(point)]}"#).status == .notFound)
                #expect(try await client.ask(#"{"embedding": "\#(second)", "points": [\#(point)]}"#).status == .ok)
            }
        }
    }
}
