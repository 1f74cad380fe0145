package import JSONText

/// The facts about a model that stand beside its weights as one JSON object: `{"family":"sam","window":8,...}`.
///
/// Facts that nobody asks for may be anything; a fact that is asked for must be of the kind that is expected.
package struct ModelDescription: Sendable, Hashable {
    /// Every fact by its name.
    package let values: [String: JSONValue]

    /// - Throws: ``ModelDescriptionError`` when `json` is not such an object.
    package init(json: String) throws(ModelDescriptionError) {
        do throws(JSONError) {
            values = try JSONValue.members(of: Array(json.utf8))
        } catch {
            throw .malformed(byteOffset: error.byteOffset)
        }
    }

    private init(values: [String: JSONValue]) { self.values = values }

    /// A description without a fact.
    package static let empty = ModelDescription(values: [:])

    // MARK: Reading a fact; nil when it is not there

    package func text(_ name: String) throws(ModelDescriptionError) -> String? {
        try fact(name, "a text") { if case .text(let text) = $0 { text } else { nil } }
    }

    package func integer(_ name: String) throws(ModelDescriptionError) -> Int? {
        try fact(name, Self.wholeNumber) { if case .number(let number) = $0 { Int(exactly: number) } else { nil } }
    }

    package func number(_ name: String) throws(ModelDescriptionError) -> Double? {
        try fact(name, "a number") { if case .number(let number) = $0 { number } else { nil } }
    }

    package func boolean(_ name: String) throws(ModelDescriptionError) -> Bool? {
        try fact(name, "true or false") { if case .boolean(let boolean) = $0 { boolean } else { nil } }
    }

    /// A description inside this one.
    package func object(_ name: String) throws(ModelDescriptionError) -> ModelDescription? {
        try fact(name, "an object") {
            if case .object(let values) = $0 { ModelDescription(values: values) } else { nil }
        }
    }

    private static let wholeNumber = "a whole number"

    /// - Parameter convert: gives nil for a value of another kind.
    private func fact<Fact>(
        _ name: String, _ expected: String, _ convert: (JSONValue) -> Fact?
    ) throws(ModelDescriptionError) -> Fact? {
        guard let value = values[name], value != .null else { return nil }
        guard let fact = convert(value) else { throw .unexpectedKind(name: name, expected: expected) }
        return fact
    }

    package func integers(_ name: String) throws(ModelDescriptionError) -> [Int]? {
        guard let numbers = try numbers(name) else { return nil }
        let integers = numbers.compactMap { Int(exactly: $0) }
        guard integers.count == numbers.count else { throw .unexpectedKind(name: name, expected: Self.wholeNumber) }
        return integers
    }

    package func numbers(_ name: String) throws(ModelDescriptionError) -> [Double]? {
        try fact(name, "a list of numbers") { value in
            guard case .list(let elements) = value else { return nil }
            let numbers = elements.compactMap { if case .number(let number) = $0 { number } else { nil } }
            return numbers.count == elements.count ? numbers : nil
        }
    }
}

/// Why a model's description cannot be used.
public enum ModelDescriptionError: Error, Hashable, Sendable {
    /// Not one JSON object, or one nested deeper than a description can be; `byteOffset` is where reading stopped.
    case malformed(byteOffset: Int)
    /// A fact of another kind than the model needs.
    case unexpectedKind(name: String, expected: String)
}

extension ModelDescriptionError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let byteOffset):
            "the model description beside the weights is not a JSON object (byte \(byteOffset)): "
                + "export the weights again"
        case .unexpectedKind(let name, let expected):
            "the model description beside the weights should hold \(expected) under \"\(name)\""
        }
    }
}
