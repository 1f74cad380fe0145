import Imaging
import SegmentAnything
import Synchronization
import Tensors

@testable import AnomalySegmentation

/// A decoder that gives the masks of a script and remembers its calls.
///
/// Its masks are at the size of the model's square, so that on a square picture of that size they stay as written.
final class ScriptedPredictor: MaskPredicting {
    struct Call {
        let prompt: Prompt
        let masks: MaskCount
    }

    struct Masks {
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
    private let made = Mutex<[Call]>([])

    init(_ script: [MaskPrediction]) { self.script = script }

    convenience init(_ script: Masks...) { self.init(script.map(\.prediction)) }

    var calls: [Call] { made.withLock { $0 } }

    /// A call beyond the script's end gets its last masks again.
    func predict(
        _ embedding: ImageEmbedding, _ prompt: Prompt, masks: MaskCount
    ) throws(PromptError) -> MaskPrediction {
        let number = made.withLock { calls in
            calls.append(Call(prompt: prompt, masks: masks))
            return calls.count - 1
        }
        return script[min(number, script.count - 1)]
    }
}
