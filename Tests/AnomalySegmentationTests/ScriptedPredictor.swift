import Imaging
import SegmentAnything
import Synchronization
import Tensors

@testable import AnomalySegmentation

/// A decoder that gives the answers of a script and remembers the questions.
///
/// Its masks are at the size of the model's square, so that on a square picture of that size they stay as written.
final class ScriptedPredictor: MaskPredicting {
    struct Question {
        let prompt: Prompt
        let masks: MaskCount
    }

    struct Answer {
        let masks: [Mask]
        let predictedIoU: [Float]

        init(_ masks: Mask..., predictedIoU: [Float] = [0.9]) {
            self.masks = masks
            self.predictedIoU = predictedIoU
        }

        /// +4 inside, -4 outside.
        var prediction: MaskPrediction {
            let size = masks[0].size
            return MaskPrediction(
                logits: Tensor(
                    masks.flatMap { $0.values.map { $0 ? 4 : -4 } }, shape: [masks.count, size.height, size.width]),
                predictedIoU: predictedIoU)
        }
    }

    private let script: [MaskPrediction]
    private let asked = Mutex<[Question]>([])

    init(_ script: [MaskPrediction]) { self.script = script }

    convenience init(_ answers: Answer...) { self.init(answers.map(\.prediction)) }

    var questions: [Question] { asked.withLock { $0 } }

    /// A question beyond the script's end gets its last answer again.
    func predict(
        _ embedding: ImageEmbedding, _ prompt: Prompt, masks: MaskCount
    ) throws(PromptError) -> MaskPrediction {
        let number = asked.withLock { questions in
            questions.append(Question(prompt: prompt, masks: masks))
            return questions.count - 1
        }
        return script[min(number, script.count - 1)]
    }
}
