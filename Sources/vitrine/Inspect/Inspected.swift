import AnomalySegmentation
import ArgumentParser
import CLIP
import Imaging
import NeuralNetwork
import SegmentAnything
import Tensors

/// What can be looked into.
enum InspectedModel: String, ExpressibleByArgument, CaseIterable, Encodable {
    case clip, sam, method
}

/// A model with its input.
protocol Inspected {
    /// The files that it was read from.
    var files: [WeightFile] { get }
    /// All activations of this input, in the order of the computation.
    func listed() throws -> [NamedShape]
    /// Runs the model.
    ///
    /// - Parameters:
    ///   - observing: whole names of what is kept.
    ///   - editing: by whole name.
    ///   - record: what the model says goes there.
    /// - Throws: A ``CommandFailure``.
    func run(
        observing: [String], editing: [String: ActivationEdit], into record: inout InspectRecord
    ) throws -> [String: Tensor]
}

/// CLIP with a picture, with texts or with both.
struct InspectedCLIP: Inspected {
    let loaded: LoadedCLIP
    /// `[1, 3, height, columns]`.
    let pixels: Tensor?
    let texts: [String]

    var files: [WeightFile] { loaded.files }

    private static let imagePlace = "visual"

    func listed() throws -> [NamedShape] {
        var found: [NamedShape] = []
        if let pixels { found += try loaded.model.imageActivations(for: pixels.shape) }
        if !texts.isEmpty { found += loaded.model.textActivations(texts: texts.count) }
        return found
    }

    func run(
        observing: [String], editing: [String: ActivationEdit], into record: inout InspectRecord
    ) throws -> [String: Tensor] {
        func ofImage(_ name: String) -> Bool { name == Self.imagePlace || name.hasPrefix(Self.imagePlace + ".") }
        let clip = loaded.model
        var found: [String: Tensor] = [:]
        var vectors: (image: Tensor?, texts: Tensor?)
        if let pixels {
            let seen = try reading(files[0].path) {
                try clip.encodeImage(
                    pixels, observing: observing.filter(ofImage), editing: editing.filter { ofImage($0.key) })
            }
            found = seen.activations
            vectors.image = seen.output
        }
        if !texts.isEmpty {
            let seen = try loaded.readingTexts("--text") {
                try clip.encodeText(
                    texts, observing: observing.filter { !ofImage($0) }, editing: editing.filter { !ofImage($0.key) })
            }
            found.merge(seen.activations) { first, _ in first }
            vectors.texts = seen.output
        }
        record.texts = texts.isEmpty ? nil : texts.map { InspectRecord.Text(text: $0) }
        if let image = vectors.image, let texts = vectors.texts {
            let cosines = image.l2Normalized(epsilon: 1e-12).matrixProduct(
                texts.l2Normalized(epsilon: 1e-12), transposingOther: true)
            let probabilities = (cosines * clip.logitScale).softmax().values
            for (index, cosine) in cosines.values.enumerated() {
                record.texts?[index].similarity = cosine
                record.texts?[index].probability = probabilities[index]
            }
        }
        return found
    }
}

/// SAM with a picture, and with a prompt or without.
struct InspectedSAM: Inspected {
    let loaded: LoadedSAM
    let image: Image
    /// nil: the image encoder alone.
    let prompt: Prompt?

    var files: [WeightFile] { loaded.files }

    func listed() -> [NamedShape] {
        loaded.model.imageActivations + (prompt.map { loaded.model.promptActivations(for: [$0]) } ?? [])
    }

    func run(
        observing: [String], editing: [String: ActivationEdit], into record: inout InspectRecord
    ) throws -> [String: Tensor] {
        let sam = loaded.model
        let ofImage = Set(sam.imageActivations.map(\.name))
        let embedded = try reading(files[0].path) {
            try sam.embed(
                image, observing: observing.filter(ofImage.contains),
                editing: editing.filter { ofImage.contains($0.key) })
        }
        guard let prompt else { return embedded.activations }
        let masks = try loaded.asking {
            try sam.predict(
                embedded.output, [prompt], masks: .multiple, observing: observing.filter { !ofImage.contains($0) },
                editing: editing.filter { !ofImage.contains($0.key) })
        }
        if let prediction = masks.output.first {
            record.masks = PromptedMasks(
                image: image, frame: embedded.output.frame, prompt: prompt, prediction: prediction
            ).masks.map(\.record)
        }
        return embedded.activations.merging(masks.activations) { first, _ in first }
    }
}

/// The whole way from a picture to its mask.
struct InspectedMethod: Inspected {
    let segmenter: AnomalySegmenter
    let files: [WeightFile]
    let image: Image
    let object: String

    func listed() -> [NamedShape] { segmenter.activations(for: image.size) }

    func run(
        observing: [String], editing: [String: ActivationEdit], into record: inout InspectRecord
    ) throws -> [String: Tensor] {
        let seen: Observed<AnomalyResult>
        do { seen = try segmenter.segment(image, object: object, observing: observing, editing: editing) } catch {
            throw CommandFailure.badInput("\(error)")
        }
        record.found = InspectRecord.Finding(
            score: seen.output.score, mask: MaskRecord(RunLengthMask(seen.output.mask)), omission: seen.output.omission)
        return seen.activations
    }
}
