public import Imaging

/// Why scores and truth cannot be compared.
public enum MetricsError: Error, Hashable, Sendable {
    /// A map, or a mask, and its truth are of different sizes.
    case sizesDiffer(map: ImageSize, truth: ImageSize)
    /// The score at this index (row-major for a map) is not a number.
    case notANumber(index: Int)
    /// Not every score has its label.
    case countsDiffer(scores: Int, labels: Int)
}

extension MetricsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .sizesDiffer(let map, let truth): "the map is \(map) and the truth \(truth); resize one of them first"
        case .notANumber(let index): "the score at index \(index) is not a number; find out where the map was computed"
        case .countsDiffer(let scores, let labels):
            "\(scores) scores stand against \(labels) labels; give one label a score"
        }
    }
}
