import Imaging
import Tensors

extension SAMModel {
    /// That an embedding has this model's shape and square.
    package func check(_ embedding: ImageEmbedding) throws(PromptError) {
        let expected: Shape = [configuration.promptWidth, configuration.grid, configuration.grid]
        let frame = embedding.frame
        guard embedding.features.shape == expected, frame.side == configuration.side,
            frame.patch == configuration.patch
        else {
            throw .foreignEmbedding(found: embedding.features.shape, expected: expected)
        }
    }

    /// That each prompt has a meaning on this picture, and that all are of the same kind.
    func check(_ prompts: [Prompt], on frame: ModelFrame) throws(PromptError) {
        for (index, prompt) in prompts.enumerated() {
            guard !prompt.points.isEmpty || prompt.box != nil || prompt.maskLogits != nil else { throw .empty }
            for point in prompt.points where !frame.contains(point.position) {
                throw .pointOutside(point.position, picture: frame.original)
            }
            if let box = prompt.box { try check(box, on: frame) }
            if let logits = prompt.maskLogits { try check(logits) }
            let first = prompts[0]
            guard prompt.points.count == first.points.count, (prompt.box == nil) == (first.box == nil),
                (prompt.maskLogits == nil) == (first.maskLogits == nil)
            else {
                throw .mixedKinds(prompt: index)
            }
        }
    }

    private func check(_ box: ImageBox, on frame: ModelFrame) throws(PromptError) {
        let corners = [
            ImagePoint(x: Double(box.x0), y: Double(box.y0)), ImagePoint(x: Double(box.x1), y: Double(box.y1)),
        ]
        guard corners.allSatisfy(frame.contains), box.x0 <= box.x1, box.y0 <= box.y1 else {
            throw .unusableBox(box, picture: frame.original)
        }
    }

    private func check(_ maskLogits: Tensor) throws(PromptError) {
        let expected: Shape = [configuration.lowResolutionSide, configuration.lowResolutionSide]
        guard maskLogits.shape == expected else {
            throw .unexpectedMaskShape(found: maskLogits.shape, expected: expected)
        }
        let isFinite = maskLogits.withUnsafeBufferPointer { $0.allSatisfy(\.isFinite) }
        guard isFinite else { throw .maskLogitsNotFinite }
    }
}
