import CLIP
import SegmentAnything
import Tensors

extension IntrospectionError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .clip(let error): error.description
        case .prompt(let error): error.description
        case .notOnePicture(let found):
            "this analysis takes one picture, [1, 3, height, width], not \(found): call it once for each"
        case .unexpectedTexts(let found, let embedding):
            "text vectors of shape \(found) do not fit this model: pass what encodeText gives, [texts, \(embedding)], with "
                + "one text at least"
        case .unexpectedShape(let found, let expected): "a tensor of shape \(found) does not fit: pass \(expected)"
        case .noSuch(let kind, let index, let last):
            "there is no \(kind.rawValue) \(index) here: choose one up to \(last)"
        case .noSuchPlace(let name):
            "there is no head or token of that number in the activation '\(name)', or it was not handed over: look at the "
                + "shapes of the activations"
        }
    }
}

extension IntrospectionError {
    /// That an index counts something that there is.
    static func check(_ index: Int, _ kind: Kind, below count: Int, from first: Int = 0) throws(IntrospectionError) {
        guard index >= first, index < count else { throw .noSuch(kind: kind, index: index, last: count - 1) }
    }
}
