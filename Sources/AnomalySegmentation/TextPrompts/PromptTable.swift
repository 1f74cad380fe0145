/// Sentences about an object as data: a template around a state around the object's name.
///
/// In states and templates `{}` marks the place of what is put in.
public struct PromptTable: Hashable, Sendable, Codable {
    /// The two sides of the comparison.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case normal
        case abnormal
    }

    /// For reports.
    public var name: String
    public var normalStates: [String]
    public var abnormalStates: [String]
    public var templates: [String]

    public init(name: String, normalStates: [String], abnormalStates: [String], templates: [String]) {
        self.name = name
        self.normalStates = normalStates
        self.abnormalStates = abnormalStates
        self.templates = templates
    }

    /// Every template of every state, states first: `states * templates` sentences.
    public func sentences(for object: String, _ state: State) -> [String] {
        let states = state == .normal ? normalStates : abnormalStates
        return states.flatMap { state in
            let subject = Self.fill(state, with: object)
            return templates.map { Self.fill($0, with: subject) }
        }
    }

    func validate() throws(AnomalySegmentationError) {
        try Self.check("text.table.normalStates", normalStates)
        try Self.check("text.table.abnormalStates", abnormalStates)
        try Self.check("text.table.templates", templates)
    }

    private static let mark = "{}"

    /// Puts `subject` in the place of the first mark; a subject that itself holds the mark is left as it is.
    private static func fill(_ pattern: String, with subject: String) -> String {
        guard let place = firstMark(in: Substring(pattern)) else { return pattern }
        return pattern[..<place.lowerBound] + subject + pattern[place.upperBound...]
    }

    private static func check(_ field: String, _ patterns: [String]) throws(AnomalySegmentationError) {
        if patterns.isEmpty {
            throw .invalidConfiguration(field: field, value: "empty", expected: "a list with at least one entry")
        }
        for pattern in patterns {
            let first = firstMark(in: Substring(pattern))
            let second = first.flatMap { firstMark(in: pattern[$0.upperBound...]) }
            guard first != nil && second == nil else {
                throw .invalidConfiguration(
                    field: field, value: "\"\(pattern)\"", expected: "a text in which \(mark) stands exactly once")
            }
        }
    }

    private static func firstMark(in text: Substring) -> Range<String.Index>? {
        var start = text.startIndex
        while start < text.endIndex {
            let rest = text[start...]
            if rest.hasPrefix(mark) { return start..<text.index(start, offsetBy: mark.count) }
            start = text.index(after: start)
        }
        return nil
    }
}
