import AnomalySegmentation
import JSONText

/// What a rule with values of its own is when only its name is given: the rule with its usual values.
enum SettingWords {
    /// The value that a word stands for; nil where it is no rule's name.
    static func value(of word: String, at setting: String) throws -> JSONValue? {
        try rules[setting]?.lazy.map { try JSONValue.value(of: $0()) }.first { $0.ruleName == word }
    }

    private static let rules: [String: [@Sendable () throws -> String]] = [
        "fusion.mode": encoded([FusionConfiguration.Mode.blend(), .gate, .softGate(), .mask, .clip]),
        "points.threshold": encoded([PointPromptConfiguration.Threshold.otsu(), .fixed(), .percentile()]),
        "points.spacing": encoded([PointPromptConfiguration.Spacing.distance(), .rankStride()]),
        "points.negativeRule": encoded([
            PointPromptConfiguration.NegativeRule.leastSimilar(), .hardSimilar(), .lowestHeat(),
        ]),
        "points.grouping": encoded([PointPromptConfiguration.Grouping.perComponent(), .joint]),
        "cascade.selectionRule": encoded([CascadeConfiguration.SelectionRule.predictedIoU, .mapAgreement()]),
        "map.producer": encoded([AnomalyMapConfiguration.Producer.dense(), .windows()]),
    ]

    private static func encoded<Rule: Encodable & Sendable>(_ rules: [Rule]) -> [@Sendable () throws -> String] {
        rules.map { rule in { try encodedJSON(rule) } }
    }
}

extension JSONValue {
    /// What a piece of a flag means: JSON, or a text without its quotation marks.
    init(argument: String) {
        self = (try? Self.value(of: argument)) ?? .text(argument)
    }

    /// Any value, not an object alone.
    ///
    /// - Throws: A `JSONError`.
    static func value(of json: String) throws -> JSONValue {
        try members(of: Array("{\"v\":\(json)}".utf8))["v"] ?? .null
    }

    /// The name of a rule that has values of its own: the one key of an object.
    fileprivate var ruleName: String? {
        if case .object(let members) = self, members.count == 1 { members.first?.key } else { nil }
    }
}
