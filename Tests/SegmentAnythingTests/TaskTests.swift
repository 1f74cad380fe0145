import Imaging
import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite("SAM in tasks, and cancelled")
struct TaskTests {
    private static let picture = generatedImage(width: 90, height: 50)
    private static let prompt = Prompt(points: [PromptPoint(ImagePoint(x: 40, y: 20), .positive)])

    @Test("the async doors go through the queue and give the same bits")
    func equal() async throws {
        let model = try generatedModel(.tested)
        let generator = try AutomaticMaskGenerator(model, configuration: AutomaticMaskTests.generated)
        func synchronous() throws -> (ImageEmbedding, [MaskPrediction], [AutomaticMask]) {
            let embedding = try model.embed(Self.picture)
            return (
                embedding, [try model.predict(embedding, Self.prompt, masks: .multiple)],
                try generator.masks(in: Self.picture)
            )
        }
        let (embedding, predictions, masks) = try synchronous()
        let found = try await model.embed(Self.picture)
        #expect(isIdentical(found.features, embedding.features) && found.frame == embedding.frame)
        let one = try await model.predict(embedding, Self.prompt, masks: .multiple)
        let several = try await model.predict(embedding, [Self.prompt], masks: .multiple)
        for prediction in [one] + several {
            #expect(isIdentical(prediction.logits, predictions[0].logits))
            #expect(prediction.predictedIoU == predictions[0].predictedIoU)
        }
        let all = try await generator.masks(in: Self.picture)
        #expect(!masks.isEmpty && all.map(\.mask) == masks.map(\.mask))
        #expect(all.map(\.predictedIoU) == masks.map(\.predictedIoU))
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await model.embed(Self.picture) }
        }
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await model.predict(embedding, Self.prompt) }
        }
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await model.predict(embedding, [Self.prompt]) }
        }
        await #expect(throws: CancellationError.self) {
            try await inCancelledTask { try await generator.masks(in: Self.picture) }
        }
        await #expect(throws: PromptError.empty) { try await model.predict(embedding, Prompt()) }
    }

    @Test("both encoders end at the block at which they are cancelled", arguments: ["ViT", "TinyViT"])
    func encoder(name: String) throws {
        let model = try generatedModel(name == "ViT" ? .tested : .testedTinyViT)
        // Patches, blocks and mergings, neck.
        let steps = name == "ViT" ? 1 + 2 + 1 : 1 + (1 + 2 + 1 + 1) + 3 + 1
        let counter = StepCounter()
        func embed() throws -> ImageEmbedding { try model.embed(Self.picture) }
        let ordinary = try embed().features
        #expect(isIdentical(try counter.run { try embed() }.features, ordinary))
        #expect(counter.steps == steps)
        for step in 0..<steps {
            #expect(throws: SAMError.cancelled) { try counter.run(cancellingAt: step) { try embed() } }
            #expect(counter.steps == step + 1)
        }
        #expect(isIdentical(try embed().features, ordinary))
    }

    @Test("prompts end between groups of eight, and the generator between its batches")
    func prompts() throws {
        let model = try generatedModel(.tested)
        let embedding = try model.embed(Self.picture)
        let prompts = Array(repeating: Self.prompt, count: 20)
        let counter = StepCounter()
        for step in 0..<3 {
            #expect(throws: PromptError.cancelled) {
                try counter.run(cancellingAt: step) { try model.predict(embedding, prompts) }
            }
            #expect(counter.steps == step + 1)
        }
        _ = try counter.run { try model.predict(embedding, prompts) }
        #expect(counter.steps == 3)

        var configuration = AutomaticMaskTests.generated
        configuration.grid = .pointsPerSide(4)
        configuration.pointsPerBatch = 8
        let generator = try AutomaticMaskGenerator(model, configuration: configuration)
        let all = try counter.run { try generator.masks(in: Self.picture) }
        // The encoder's four; then for each batch one group of points, and the tests of its masks.
        let steps = 4 + 2 * 2
        #expect(counter.steps == steps)
        for step in 0..<steps {
            #expect(throws: step < 4 ? AutomaticMaskError.sam(.cancelled) : .prompt(.cancelled)) {
                try counter.run(cancellingAt: step) { try generator.masks(in: Self.picture) }
            }
            #expect(counter.steps == step + 1)
        }
        #expect(try generator.masks(in: Self.picture).map(\.mask) == all.map(\.mask))
    }
}
