import AnomalySegmentation
import Imaging
import NeuralNetwork
import SegmentAnything
import Tensors

/// What an `inspect` command looked at, and what the model said: `vitrine.record` in the file's metadata, `result.json` in
/// a folder, and printed with `--json`.
struct InspectRecord: OutputRecord {
    static let kind = "inspect"

    /// An activation of the list, or one that was written.
    struct Activation: Encodable {
        var name: String
        var shape: [Int]
        /// Beside `result.json`; absent where the tensors are in one file, and in a list.
        var file: String?

        init(_ entry: NamedShape, file: String? = nil) {
            name = entry.name
            shape = entry.shape.dimensions
            self.file = file
        }
    }

    struct Edit: Encodable {
        /// A name or a pattern.
        var activation: String
        /// Places along the first axes; absent for all of it.
        var part: [Int]?
        /// `zero`, `mean` or a file.
        var by: String
    }

    /// A text that the picture was compared with.
    struct Text: Encodable {
        var text: String
        /// Cosine; absent without a picture, as all below.
        var similarity: Float?
        /// Given that one of the texts is right.
        var probability: Float?
    }

    struct Finding: Encodable {
        var score: Float
        var mask: MaskRecord
        /// Why SAM was not asked; absent where it was.
        var omission: AnomalyResult.Omission?
    }

    var model: InspectedModel
    var picture: PictureRecord?
    var texts: [Text]?
    var object: String?
    var prompt: PromptRecord?
    var edits: [Edit]
    var activations: [Activation]
    /// What SAM gave for the prompt.
    var masks: [PredictedMaskRecord]?
    /// What the method found.
    var found: Finding?
    var weights: [WeightFileRecord]?
}

extension InspectRecord.Edit {
    init(_ edit: ActivationEditArgument) {
        activation = edit.pattern
        part = edit.part.isEmpty ? nil : edit.part
        by = edit.replacement.text
    }
}
