import Tensors
import TestSupport
import Testing

@testable import SegmentAnything

@Suite struct PromptEncoderTests {
    static let points: [(position: ModelPoint, label: PromptPoint.Label)] = [
        (ModelPoint(x: 3.25, y: 60), .positive), (ModelPoint(x: 31, y: 0), .negative),
        (ModelPoint(x: 12.5, y: 17.75), .positive),
    ]
    static let box = (topLeft: ModelPoint(x: 5, y: 9), bottomRight: ModelPoint(x: 40, y: 63))

    @Test("points with the padding point, a box, and points with a box match the reference")
    func sparse() throws {
        let encoder = try generatedModel(.tested).promptEncoder
        let reference = try Reference("prompts_kinds")
        let prompts = [
            "points": ModelPrompt(points: Self.points), "box": ModelPrompt(box: Self.box),
            "points_box": ModelPrompt(points: Self.points, box: Self.box),
        ]
        for (name, prompt) in prompts {
            let encoded = encoder([prompt])
            try reference.expect(#require(encoded.sparse).squeezed(axis: 0), "\(name)_sparse")
            guard case .noMask(let everywhere) = encoded.dense else {
                Issue.record("\(name): no mask, yet not the same everywhere")
                continue
            }
            try reference.expect(everywhere, "no_mask")
        }
    }

    @Test("a mask prompt matches the reference and adds no token")
    func mask() throws {
        let encoder = try generatedModel(.tested).promptEncoder
        let encoded = encoder([ModelPrompt(maskLogits: generatedTensor("mask", [64, 64]) * 8)])
        #expect(encoded.sparse == nil)
        let dense = encoded.dense.added(to: Tensor(zeros: [32, 256]))
        try Reference("prompts_kinds").expect(dense.matrices.squeezed(axis: 0), "mask_dense")
    }

    @Test("the grid's positions match the reference")
    func grid() throws {
        let encoder = try generatedModel(.tested).promptEncoder
        try Reference("prompts_kinds").expect(encoder.densePosition.matrices.squeezed(axis: 0), "grid_position")
    }
}
