import Foundation
import Imaging
import SegmentAnything
import Tensors
import TestSupport
import Testing

@Suite("prompts and masks as JSON")
struct RecordTests {
    private func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func again<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text(value).utf8))
    }

    @Test("a prompt says its points, its box, and whether a mask was among it")
    func prompt() throws {
        let points = [
            PromptPoint(ImagePoint(x: 1.5, y: 2), .positive), PromptPoint(ImagePoint(x: 3, y: 4), .negative),
        ]
        let first =
            #"[{"label":"positive","position":{"x":1.5,"y":2}},{"label":"negative","position":{"x":3,"y":4}}]"#
        #expect(
            try text(PromptRecord(Prompt(points: points)))
                == #"{"hasMaskPrompt":false,"notes":[],"points":\#(first)}"#)
        let asked = PromptRecord(
            Prompt(box: ImageBox(x0: 1, y0: 2, x1: 3, y1: 4), maskLogits: Tensor([1], shape: [1, 1])),
            notes: ["the box was rounded"])
        #expect(
            try text(asked)
                == #"{"box":{"x0":1,"x1":3,"y0":2,"y1":4},"hasMaskPrompt":true,"notes":["the box was rounded"],"points":[]}"#
        )
        for record in [PromptRecord(Prompt(points: points)), asked] { #expect(try again(record) == record) }
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(PromptPoint.self, from: Data(#"{"position":{"x":1,"y":1},"label":"maybe"}"#.utf8))
        }
    }

    @Test("masks of a prompt and of the generator say what SAM said, and are read again")
    func masks() throws {
        let model = try generatedModel(.tested)
        let picture = generatedImage(width: 90, height: 50)
        let embedding = try model.embed(picture)
        let prompt = Prompt(points: [PromptPoint(ImagePoint(x: 40, y: 20), .positive)])
        let found = try model.predict(embedding, prompt, masks: .multiple)
        let records = found.records(in: embedding.frame)
        #expect(records.count == 3 && records.map(\.predictedIoU) == found.predictedIoU)
        for (index, record) in records.enumerated() {
            let logits = embedding.frame.upscaledLogits(found.logits.element(index))
            #expect(record.mask.runs?.mask == MaskPostprocessing.mask(logits))
            #expect(record.stability == MaskPostprocessing.stabilityScore(logits))
            #expect(record.point == nil && record.crop == nil)
        }
        let masks = try AutomaticMaskGenerator(model, configuration: AutomaticMaskTests.generated).masks(in: picture)
        let all = masks.map { PredictedMaskRecord($0) }
        #expect(!all.isEmpty && all.map(\.point) == masks.map(\.point) && all.map(\.crop) == masks.map(\.cropBox))
        #expect(try again(records + all) == records + all)
    }
}
