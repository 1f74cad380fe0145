import Checkpoints
import Foundation
import Imaging
import SegmentAnything
import Tensors
import TestSupport
import Testing

/// Files that the reference libraries saved in their published formats, opened as they are.
@Suite(.serialized) struct PublishedFileTests {
    private static func isMade(_ name: String) -> Bool {
        LargeFixture.isPresent("sam/\(name)", file: "answers.safetensors")
    }

    @Test(
        "sam_vit_b.pth of segment_anything opens as it is and predicts as the library does",
        .enabled(if: isMade("vit_b"), "make the file with Tools/fixtures/sam_published.py vit_b"))
    func vitB() throws {
        let model = try expectAnswers("vit_b", file: "sam_vit_b.pth", .vitB)
        try expectAutomaticMasks(model, "vit_b")
    }

    @Test(
        "sam_vit_l.pth of segment_anything opens as it is and predicts as the library does",
        .enabled(if: isMade("vit_l"), "make the file with Tools/fixtures/sam_published.py vit_l"))
    func vitL() throws {
        _ = try expectAnswers("vit_l", file: "sam_vit_l.pth", .vitL)
    }

    @Test(
        "sam_vit_h.pth of segment_anything opens as it is and predicts as the library does",
        .enabled(if: isMade("vit_h"), "make the file with Tools/fixtures/sam_published.py vit_h"))
    func vitH() throws {
        _ = try expectAnswers("vit_h", file: "sam_vit_h.pth", .vitH)
    }

    @Test(
        "mobile_sam.pt of MobileSAM opens as it is and predicts as the library does",
        .enabled(if: isMade("vit_t"), "make the file with Tools/fixtures/sam_published.py vit_t"))
    func mobileSAM() throws {
        _ = try expectAnswers("vit_t", file: "mobile_sam.pt", .mobileSAM)
    }

    // MARK: Comparing

    /// The embedding, and the masks for a point, the point with its mask, and both with a box.
    private func expectAnswers(_ name: String, file: String, _ configuration: SAMConfiguration) throws -> SAMModel {
        let folder = LargeFixture.url("sam/\(name)")
        let model = try SAMModel(weights: Checkpoint.open(folder.appendingPathComponent(file).path))
        #expect(model.configuration == configuration)
        let answers = try PublishedAnswers(folder)
        let embedding = try model.embed(answers.picture)
        var report = "\(file): embedding \(try answers.expect(embedding.features, "embedding", within: 1e-4))"
        var prompt = Prompt(points: [PromptPoint(ImagePoint(x: 300, y: 200), .positive)])
        for step in ["point", "point_mask", "point_mask_box"] {
            if step == "point_mask_box" { prompt.box = ImageBox(x0: 120, y0: 60, x1: 500, y1: 330) }
            let prediction = try model.predict(embedding, prompt)
            report += ", \(step) \(try answers.expect(prediction.logits, "\(step)_logits", within: 1e-3))"
            let quality = Tensor(prediction.predictedIoU, shape: [1])
            report += " \(try answers.expect(quality, "\(step)_iou", within: 1e-3))"
            let mask = MaskPostprocessing.mask(embedding.frame.upscaledLogits(prediction.logits.element(0)))
            let expected = try answers.mask("\(step)_mask")
            let overlap = try #require(mask.intersectionOverUnion(with: expected))
            #expect(overlap >= 0.995, "\(file), \(step): IoU \(overlap) of masks of \(expected.area) pixels")
            report += " IoU \(overlap)"
            prompt.maskLogits = prediction.logits.element(0)
        }
        let several = try model.predict(embedding, prompt, masks: .multiple)
        try answers.expect(several.logits, "multiple_logits", within: 1e-3)
        try answers.expect(Tensor(several.predictedIoU, shape: [3]), "multiple_iou", within: 1e-3)
        print(report)
        return model
    }

    /// What the automatic generator finds on the same picture.
    private func expectAutomaticMasks(_ model: SAMModel, _ name: String) throws {
        let folder = LargeFixture.url("sam/\(name)")
        let answers = try PublishedAnswers(folder)
        var configuration = AutomaticMaskConfiguration()
        configuration.grid = .pointsPerSide(4)
        configuration.pointsPerBatch = 8
        configuration.predictedIoUThreshold = 0
        configuration.stabilityThreshold = 0.3
        configuration.stabilityOffset = 0.02
        configuration.boxNMSThreshold = 1
        let expected = try ExpectedMasks(answers.fixture, prefix: "automatic_", size: answers.picture.size)
        let found = try AutomaticMaskGenerator(model, configuration: configuration).masks(in: answers.picture)
        expected.expect(found, name)
    }
}

/// What `Tools/fixtures/sam_published.py` wrote beside a model.
private struct PublishedAnswers {
    let fixture: ByteFixture
    let picture: Image

    init(_ folder: URL) throws {
        fixture = try ByteFixture(at: folder.appendingPathComponent("answers.safetensors").path)
        let entry = try fixture["picture"]
        picture = Image(size: ImageSize(width: entry.shape[1], height: entry.shape[0]), pixels: entry.bytes)
    }

    /// That every element differs by no more than this part of the reference's largest magnitude; the part found.
    @discardableResult
    func expect(
        _ found: Tensor, _ key: String, within tolerance: Float, at location: SourceLocation = #_sourceLocation
    ) throws -> Float {
        let expected = try fixture[key].floats
        let values = found.values
        try #require(values.count == expected.count, "\(key)", sourceLocation: location)
        var (largest, worst) = (Float(0), Float(0))
        for (value, reference) in zip(values, expected) {
            largest = max(largest, abs(reference))
            worst = max(worst, abs(value - reference))
        }
        #expect(worst <= tolerance * largest && values.allSatisfy(\.isFinite), "\(key)", sourceLocation: location)
        return worst / largest
    }

    func mask(_ key: String) throws -> Mask {
        let entry = try fixture[key]
        return Mask(size: picture.size, values: entry.floats.map { $0 > 0 })
    }
}
