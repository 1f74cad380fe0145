public import CLIP
public import SegmentAnything
public import Tensors

/// Why a model cannot be looked into in the way that was asked for.
public enum IntrospectionError: Error, Hashable, Sendable {
    /// What the image tower refused.
    case clip(CLIPError)
    /// What SAM refused.
    case prompt(PromptError)
    /// An analysis of one picture was given another number of them.
    case notOnePicture(found: Int)
    /// Text vectors of another shape than `[texts, embedding]`.
    case unexpectedTexts(found: Shape, embedding: Int)
    /// Tensors that do not belong together; `expected` says in words what fits.
    case unexpectedShape(found: Shape, expected: String)
    /// A block, head, token, text or stage that there is not; `kind` is the word for it, `last` the highest there is.
    case noSuch(kind: Kind, index: Int, last: Int)
    /// A place for patching that the call does not have, or that was not handed over.
    case noSuchPlace(String)

    /// What can be counted wrongly.
    public enum Kind: String, Hashable, Sendable {
        /// A block of a tower, from 0.
        case block
        /// A head of an attention, from 0.
        case head
        /// A token: 0 is the class token, the patches follow row by row.
        case token
        /// A text, from 0.
        case text
        /// A stage of the logit lens (0: before the first block) or of the cascade (from 1).
        case stage
    }
}
