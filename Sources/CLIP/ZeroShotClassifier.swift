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
    let logitScale: Float

    /// A sentence that suits most things.
    public static let defaultTemplates = ["a photo of a {}."]

    /// - Parameters:
    ///   - clip: the model that makes vectors of the sentences.
    ///   - labels: what may be there, one name each; at least one.
    ///   - templates: at least one, each with `{}` in it.
    ///   - truncate: cut sentences that are too long, instead of refusing them.
    /// - Throws: ``ZeroShotError``.
    public init(
        _ clip: CLIPModel, labels: [String], templates: [String] = defaultTemplates, truncate: Bool = false
    ) throws(ZeroShotError) {
        guard !labels.isEmpty else { throw .noLabels }
        if let index = labels.firstIndex(where: { $0.allSatisfy(\.isWhitespace) }) { throw .emptyLabel(index) }
        guard !templates.isEmpty else { throw .noTemplates }
        for template in templates where !template.contains(Self.placeholder) {
            throw .templateWithoutPlace(template)
        }
        do throws(CLIPError) {
            vectors = .stacked(
                try labels.map { label throws(CLIPError) in
                    let sentences = templates.map { Self.sentence($0, label) }
                    let vectors = try clip.encodeText(sentences, truncate: truncate).l2Normalized()
                    return vectors.mean(axis: 0).l2Normalized()
                })
        } catch {
            throw .clip(error)
        }
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
    /// - Throws: `ZeroShotError.clip` for vectors of another width.
    public func logits(images: Tensor) throws(ZeroShotError) -> Tensor {
        do throws(CLIPError) {
            try images.requireVectors("images", width: vectors.shape[1])
        } catch {
            throw .clip(error)
        }
        return images.l2Normalized().matrixProduct(vectors, transposingOther: true) * logitScale
    }

    /// How likely each label is, given that one of them is right; shapes as `logits`, rows summing to 1.
    ///
    /// - Throws: `ZeroShotError.clip` for vectors of another width.
    public func probabilities(images: Tensor) throws(ZeroShotError) -> Tensor { try logits(images: images).softmax() }
}

/// What can be wrong with what a zero-shot classifier is made of.
public enum ZeroShotError: Error, Hashable, Sendable {
    /// There is nothing to choose from.
    case noLabels
    /// A label of no visible character, by its place in the list, from 0.
    case emptyLabel(Int)
    /// There is no sentence for the labels.
    case noTemplates
    /// A template that does not say where the label goes.
    case templateWithoutPlace(String)
    /// The model cannot make or compare the vectors.
    case clip(CLIPError)
}

extension ZeroShotError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .noLabels: "there are no labels to choose from: name at least one"
        case .emptyLabel(let index):
            "label \(index) is empty: write what may be on the picture, for example \"a screw\""
        case .noTemplates: "there are no templates to put labels into: name at least one, such as \"a photo of a {}.\""
        case .templateWithoutPlace(let template):
            "the template \(template.debugDescription) does not say where the label goes: write {} there"
        case .clip(let error): error.description
        }
    }
}
