import Imaging
public import SegmentAnything
import Tensors

/// What each part of a prompt does to SAM's mask: the prompt is given again without it.
public struct PromptEffects: Codable, Hashable, Sendable {
    /// A part of a prompt.
    public enum Part: Codable, Hashable, Sendable {
        /// A point, counted from 0.
        case point(Int)
        /// The box.
        case box
        /// The mask of an earlier pass.
        case maskLogits
    }

    /// The mask that the whole prompt gives.
    public struct Whole: Codable, Hashable, Sendable {
        /// Pixels of the picture.
        public let area: Int
        /// The model's own estimate of the mask's IoU with the truth.
        public let predictedIoU: Float
    }

    /// What changes without one part.
    public struct Effect: Codable, Hashable, Sendable {
        /// What was left out.
        public let part: Part
        /// The mask's pixels then.
        public let area: Int
        /// Of both masks, 0...1; 1 where the part changes nothing, and where both are empty.
        public let iou: Double
        /// The estimate for the mask then.
        public let predictedIoU: Float
        /// The mean over the square of the whole prompt's logits less those without the part.
        public let meanLogitChange: Float
    }

    /// The whole prompt's mask.
    public let whole: Whole
    /// One for each part, points first. A prompt of a single part has none: without it there is no prompt.
    public let effects: [Effect]

    /// Asks SAM once for the whole prompt and once without each part.
    ///
    /// - Parameters:
    ///   - prompt: with a meaning on the picture.
    ///   - embedding: of the picture.
    ///   - sam: the model of the embedding.
    /// - Throws: ``IntrospectionError/prompt(_:)``.
    public init(
        of prompt: Prompt, on embedding: ImageEmbedding, in sam: SAMModel
    ) throws(IntrospectionError) {
        func asked(_ prompt: Prompt) throws(IntrospectionError) -> (prediction: MaskPrediction, mask: Mask) {
            do throws(PromptError) {
                let prediction = try sam.predict(embedding, prompt)
                let logits = embedding.frame.upscaledLogits(prediction.logits.element(0))
                return (prediction, MaskPostprocessing.mask(logits))
            } catch {
                throw .prompt(error)
            }
        }
        let all = try asked(prompt)
        var effects: [Effect] = []
        for (part, rest) in prompt.withoutEach {
            let found = try asked(rest)
            let change = (all.prediction.logits - found.prediction.logits).flattened().mean(axis: 0)
            effects.append(
                Effect(
                    part: part, area: found.mask.area, iou: all.mask.intersectionOverUnion(with: found.mask) ?? 1,
                    predictedIoU: found.prediction.predictedIoU[0], meanLogitChange: change.values[0]))
        }
        whole = Whole(area: all.mask.area, predictedIoU: all.prediction.predictedIoU[0])
        self.effects = effects
    }
}

extension Prompt {
    /// The prompt without each of its parts; none where it has one part only.
    fileprivate var withoutEach: [(part: PromptEffects.Part, rest: Prompt)] {
        guard points.count + (box == nil ? 0 : 1) + (maskLogits == nil ? 0 : 1) > 1 else { return [] }
        var found: [(part: PromptEffects.Part, rest: Prompt)] = points.indices.map { index in
            var rest = self
            rest.points.remove(at: index)
            return (.point(index), rest)
        }
        if box != nil {
            var rest = self
            rest.box = nil
            found.append((.box, rest))
        }
        if maskLogits != nil {
            var rest = self
            rest.maskLogits = nil
            found.append((.maskLogits, rest))
        }
        return found
    }
}
