import Tensors
import TerminalText

/// Labels that the weights of a classifier cannot tell apart.
///
/// The logits of two labels differ, for a picture x of length 1, by `logitScale * x * (a - b)`, where a and b are the labels'
/// vectors. No picture makes that more than `logitScale * |a - b|`. Where this is at most 0.2, the two labels, seen alone,
/// have probabilities of 0.45 to 0.55 for every picture that there is: they say nothing about it.
public struct IndistinctLabels: Hashable, Sendable {
    /// Two or more, in the order of the classifier. For each of them there is another one here that it cannot be told from.
    public let labels: [String]
}

extension IndistinctLabels: CustomStringConvertible {
    /// One line for people. Of many labels the first are named.
    public var description: String {
        let named = labels.prefix(4).map { "\"\(printable($0, limit: 40))\"" }
        let rest = labels.count - named.count
        let list =
            rest > 0
            ? named.joined(separator: ", ") + " and \(rest) more"
            : named.dropLast().joined(separator: ", ") + " and \(named.last ?? "")"
        return
            "these weights cannot tell \(list) apart: for every picture their probabilities are nearly equal; use labels "
            + "that differ more, or weights that know them"
    }
}

extension ZeroShotClassifier {
    /// The largest difference of logits at which two labels count as indistinct.
    private static let indistinctDifference: Float = 0.2

    /// The labels that these weights cannot tell apart, in groups; none where each can be told from each other.
    ///
    /// Small weights know few words: all others get nearly the same vector. Published weights have the same vector for
    /// labels that differ in nothing but capitals.
    ///
    /// **Complexity:** a product of the vectors with themselves, at each call.
    public var indistinctLabels: [IndistinctLabels] {
        // For unit vectors |a - b|^2 = 2 - 2 a * b.
        let limit = Self.indistinctDifference / logitScale
        let cosine = 1 - limit * limit / 2
        var groups = LabelGroups(count: labels.count)
        for start in stride(from: 0, to: labels.count, by: 256) {
            let rows = start..<min(start + 256, labels.count)
            let cosines = vectors.slice(rows).matrixProduct(vectors, transposingOther: true).values
            for row in rows {
                for other in 0..<row where cosines[(row - start) * labels.count + other] >= cosine {
                    groups.join(row, other)
                }
            }
        }
        return groups.joined.map { IndistinctLabels(labels: $0.map { labels[$0] }) }
    }
}

/// Labels that were joined, by their places.
private struct LabelGroups {
    /// For each label one that came before it in its group, or itself.
    private var earlier: [Int]

    init(count: Int) { earlier = Array(0..<count) }

    private func first(of label: Int) -> Int {
        var label = label
        while earlier[label] != label { label = earlier[label] }
        return label
    }

    mutating func join(_ one: Int, _ other: Int) {
        let (first, second) = (first(of: one), first(of: other))
        earlier[max(first, second)] = min(first, second)
    }

    /// The groups of two or more, in the order of their first labels.
    var joined: [[Int]] {
        Dictionary(grouping: earlier.indices) { first(of: $0) }.sorted { $0.key < $1.key }.map(\.value)
            .filter { $0.count > 1 }
    }
}
