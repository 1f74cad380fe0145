import Tensors
import TestSupport
import Testing

@testable import CLIP

@Suite("CLIP in tasks, and cancelled")
struct TaskTests {
    private let model: CLIPModel
    private let pixels = GeneratedWeights.input([1, 3, 32, 32])

    init() throws { model = try ReferenceModel.model(ReferenceModel.configuration(.gelu)) }

    @Test("the async doors go through the queue and give the same bits")
    func equal() async throws {
        let texts = ["!!", "!\"#"]
        let (model, pixels) = (model, pixels)
        func synchronous() throws -> (Tensor, Tensor) { (try model.encodeImage(pixels), try model.encodeText(texts)) }
        let (image, text) = try synchronous()
        #expect(isIdentical(try await model.encodeImage(pixels), image))
        #expect(isIdentical(try await model.encodeText(texts), text))
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await model.encodeImage(pixels) }
        }
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await model.encodeText(texts) }
        }
    }

    @Test("what the synchronous doors refuse, the async ones do")
    func refused() async {
        await #expect(throws: CLIPError.unusablePixels(dimensions: [1, 3, 30, 32], patch: 8)) {
            try await model.encodeImage(Tensor(zeros: [1, 3, 30, 32]))
        }
        await #expect(throws: CLIPError.self) {
            try await model.encodeText([String(repeating: "! ", count: 100)])
        }
    }

    @Test("every door ends at the step at which it is cancelled, whichever that is")
    func cancelled() throws {
        let blocks = model.configuration.visionLayers
        let doors: [(name: String, steps: Int, run: () throws -> Tensor)] = [
            ("image", 1 + blocks, { try model.encodeImage(pixels) }),
            ("text", model.configuration.textLayers, { try model.encodeText(["!"]) }),
            (
                "65 texts", 2 * model.configuration.textLayers,
                { try model.encodeText(Array(repeating: "!", count: 65)) }
            ),
            ("patches", 1 + blocks, { try model.denseFeatures(pixels, layers: [2]).classToken }),
            (
                "patches beside", 1 + blocks,
                {
                    try model.denseFeatures(pixels, layers: [2], attention: .valueValue(firstBlock: 2))
                        .layers[0].tokens
                }
            ),
            ("windows", 1 + 2 * blocks, { try model.windowFeatures(pixels, sides: [2]).scales[0].windows }),
        ]
        let counter = StepCounter()
        for door in doors {
            let ordinary = try door.run()
            #expect(isIdentical(try counter.run(door.run), ordinary), "\(door.name)")
            #expect(counter.steps == door.steps, "\(door.name)")
            for step in 0..<door.steps {
                #expect(throws: CLIPError.cancelled, "\(door.name)") {
                    try counter.run(cancellingAt: step, door.run)
                }
                #expect(counter.steps == step + 1, "\(door.name) goes on after step \(step)")
            }
            #expect(isIdentical(try door.run(), ordinary), "\(door.name) after cancelling")
        }
    }
}
