import Tensors
import TerminalText

extension ImageEmbeddingError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .notAnEmbedding(let format):
            (format.map { "the saved embedding is of the format \"\(printable($0, limit: 120))\", unknown here" }
                ?? "this is no saved image embedding") + ": embed the picture again"
        case .foreign(let part, let found, let expected):
            switch part {
            case .weights: "the saved embedding comes from other weights: embed the picture with this model"
            case .size:
                "the saved embedding is of a picture of \(printable(found ?? "unknown size", limit: 120)) pixels, this one has "
                    + "\(expected): embed it"
            case .pixels: "the saved embedding is of another picture of this size: embed this one"
            case .preparation:
                "the saved embedding was prepared otherwise (\(printable(found ?? "unknown", limit: 120)), here \(expected)): "
                    + "embed the picture again"
            }
        case .unexpectedShape(let found, let expected):
            "the saved embedding \(found.map { "has the shape \($0)" } ?? "has no features"), this model's is "
                + "\(expected): embed the picture again"
        case .unreadable(let reason): "the saved embedding cannot be read (\(reason)): embed the picture again"
        case .notFinite: "the saved embedding holds values that are not finite: embed the picture again"
        }
    }
}
