public import Tensors

/// Names of things as vectors, to tell which of them a picture shows. Nothing is trained.
///
/// Each label is put into every template; the vectors of these sentences are normalised, averaged and normalised again.
///
/// **Matches:** `build_zero_shot_classifier` of open_clip and the recipe of OpenAI's CLIP.
public struct ZeroShotClassifier: Sendable {
    /// What may be on a picture, one name each.
    public let labels: [String]
    /// Sentences in which `{}` stands for the label.
    public let templates: [String]
    /// One vector of length 1 for each label, `[classes, embedding]`.
    public let vectors: Tensor
    private let logitScale: Float

    /// A sentence that suits most things.
    public static let defaultTemplates = ["a photo of a {}."]

    /// - Parameters:
    ///   - clip: the model that makes vectors of the sentences.
    ///   - labels: what may be there, one name each; at least one.
    ///   - templates: at least one, each with `{}` in it.
    ///   - truncate: cut sentences that are too long, instead of refusing them.
    /// - Throws: `ZeroShotError`, `TokenizerError.tooLong`, `CLIPError.noDirection`.
    public init(
        _ clip: CLIPModel, labels: [String], templates: [String] = defaultTemplates, truncate: Bool = false
    ) throws {
        guard !labels.isEmpty else { throw ZeroShotError.noLabels }
        guard !templates.isEmpty else { throw ZeroShotError.noTemplates }
        for template in templates where !template.contains(Self.placeholder) {
            throw ZeroShotError.templateWithoutPlace(template)
        }
        vectors = .stacked(
            try labels.map { label in
                let sentences = templates.map { Self.sentence($0, label) }
                let vectors = try clip.encodeText(sentences, truncate: truncate).l2Normalized()
                return vectors.mean(axis: 0).l2Normalized()
            })
        self.labels = labels
        self.templates = templates
        logitScale = clip.logitScale
    }

    private static let placeholder = "{}"

    private static func sentence(_ template: String, _ label: String) -> String {
        template.split(separator: placeholder, omittingEmptySubsequences: false).joined(separator: label)
    }

    /// Scores before the softmax: `logitScale * cosine`.
    ///
    /// - Parameter images: `[batch, embedding]`, from `CLIPModel.encodeImage`; of any length.
    /// - Returns: `[batch, classes]`.
    public func logits(images: Tensor) -> Tensor {
        images.l2Normalized().matrixProduct(vectors, transposingOther: true) * logitScale
    }

    /// How likely each label is, given that one of them is right; shapes as `logits`, rows summing to 1.
    public func probabilities(images: Tensor) -> Tensor { logits(images: images).softmax() }
}

/// What can be wrong with what a zero-shot classifier is made of.
public enum ZeroShotError: Error, Hashable, Sendable {
    /// There is nothing to choose from.
    case noLabels
    /// There is no sentence for the labels.
    case noTemplates
    /// A template that does not say where the label goes.
    case templateWithoutPlace(String)
}

extension ZeroShotError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .noLabels: "there are no labels to choose from: name at least one"
        case .noTemplates: "there are no templates to put labels into: name at least one, such as \"a photo of a {}.\""
        case .templateWithoutPlace(let template):
            "the template \(template.debugDescription) does not say where the label goes: write {} there"
        }
    }
}
