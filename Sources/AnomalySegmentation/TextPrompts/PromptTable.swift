/// Sentences about an object as data: a template around a state around the object's name.
///
/// In states and templates `{}` marks the place of what is put in.
public struct PromptTable: Hashable, Sendable, Codable {
    /// The two sides of the comparison.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// The flawless object.
        case normal
        /// The object with a defect.
        case abnormal
    }

    /// For reports.
    public var name: String
    /// How the flawless object is called; `{}` is its name.
    public var normalStates: [String]
    /// How the object with a defect is called; `{}` is its name.
    public var abnormalStates: [String]
    /// What is said about the object; `{}` is a state with its name.
    public var templates: [String]
    /// What to write for an object that is given under a name, in the place of any other rule for names:
    /// `["pcb1": "printed circuit board"]`.
    public var objectNames: [String: String]

    /// A table of these entries. ``AnomalyConfiguration/validate()`` checks that `{}` stands exactly once in each.
    public init(
        name: String, normalStates: [String], abnormalStates: [String], templates: [String],
        objectNames: [String: String] = [:]
    ) {
        self.name = name
        self.normalStates = normalStates
        self.abnormalStates = abnormalStates
        self.templates = templates
        self.objectNames = objectNames
    }

    /// `objectNames` may be left out, as in a file of prompts.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try values.decode(String.self, forKey: .name),
            normalStates: try values.decode([String].self, forKey: .normalStates),
            abnormalStates: try values.decode([String].self, forKey: .abnormalStates),
            templates: try values.decode([String].self, forKey: .templates),
            objectNames: try values.decodeIfPresent([String: String].self, forKey: .objectNames) ?? [:])
    }

    /// Every template of every state, states first: `states * templates` sentences.
    public func sentences(for object: String, _ state: State) -> [String] {
        let states = state == .normal ? normalStates : abnormalStates
        return states.flatMap { state in
            let subject = Self.fill(state, with: object)
            return templates.map { Self.fill($0, with: subject) }
        }
    }

    /// More sentences for one state than this are refused: minutes of work, where the published tables have hundreds.
    static let sentenceLimit = 100_000

    func validate() throws(AnomalySegmentationError) {
        try Self.check("text.table.normalStates", normalStates)
        try Self.check("text.table.abnormalStates", abnormalStates)
        try Self.check("text.table.templates", templates)
        for (given, written) in objectNames.sorted(by: { $0.key < $1.key }) where !Self.isVisible(written) {
            throw .invalidConfiguration(
                field: "text.table.objectNames", value: "\"\(given)\": \"\(written)\"",
                expected: "names that can be read")
        }
        if hasTooManySentences {
            throw .invalidConfiguration(
                field: "text.table",
                value: "\(max(normalStates.count, abnormalStates.count)) states in "
                    + "\(templates.count) templates", expected: "at most \(Self.sentenceLimit) sentences for a state")
        }
    }

    var hasTooManySentences: Bool {
        let (sentences, overflow) = max(normalStates.count, abnormalStates.count)
            .multipliedReportingOverflow(by: templates.count)
        return overflow || sentences > Self.sentenceLimit
    }

    /// Whether the mark stands in a pattern exactly once.
    static func holdsOneMark(_ pattern: String) -> Bool {
        guard let first = firstMark(in: Substring(pattern)) else { return false }
        return firstMark(in: pattern[first.upperBound...]) == nil
    }

    static func isVisible(_ text: String) -> Bool { text.contains { !$0.isWhitespace } }

    static let mark = "{}"

    /// Puts `subject` in the place of the first mark; a subject that itself holds the mark is left as it is.
    private static func fill(_ pattern: String, with subject: String) -> String {
        guard let place = firstMark(in: Substring(pattern)) else { return pattern }
        return pattern[..<place.lowerBound] + subject + pattern[place.upperBound...]
    }

    private static func check(_ field: String, _ patterns: [String]) throws(AnomalySegmentationError) {
        if patterns.isEmpty {
            throw .invalidConfiguration(field: field, value: "empty", expected: "a list with at least one entry")
        }
        for pattern in patterns where !holdsOneMark(pattern) {
            throw .invalidConfiguration(
                field: field, value: "\"\(pattern)\"", expected: "a text in which \(mark) stands exactly once")
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
