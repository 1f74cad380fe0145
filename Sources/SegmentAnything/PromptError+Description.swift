import Imaging
import NeuralNetwork

extension PromptError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .empty: "the prompt is empty: give at least one point, a box or mask logits"
        case .pointOutside(let point, let picture):
            "the point (\(point.x), \(point.y)) is not on the picture of \(picture) pixels: "
                + "x must be from 0 to below the width, y from 0 to below the height"
        case .unusableBox(let box, let picture):
            "the box from (\(box.x0), \(box.y0)) to (\(box.x1), \(box.y1)) "
                + (box.x0 <= box.x1 && box.y0 <= box.y1
                    ? "is not on the picture of \(picture) pixels: x goes from 0 to \(picture.width - 1), y from 0 to "
                        + "\(picture.height - 1)"
                    : "holds no pixel of the picture of \(picture) pixels: give its top left pixel, then its bottom right "
                        + "one")
        case .unexpectedMaskShape(let found, let expected):
            "mask logits of shape \(found) do not fit this model: pass one of its own low-resolution masks, \(expected)"
        case .maskLogitsNotFinite:
            "the mask logits hold numbers that are infinite or none: pass them as a prediction gave them"
        case .mixedKinds(let prompt):
            "prompt \(prompt) differs in kind from prompt 0: prompts of one call need the same number of points, and a box and "
                + "mask logits in all or in none; predict the others in a call of their own"
        case .foreignEmbedding(let found, let expected):
            "the embedding of shape \(found) comes from another model: embed the picture with this one (\(expected))"
        case .masksNotFinite:
            "the masks hold numbers that are infinite or none: the weights are damaged; get them again, or convert them "
                + "anew"
        case .cancelled: "the computation was cancelled before its end: ask again if its result is still wanted"
        case .activation(let error): error.description
        }
    }
}
