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

    private init(values: [String: JSONValue]) {
        self.values = values
    }

    /// A description without a fact.
    package static let empty = ModelDescription(values: [:])

    // MARK: Reading a fact; nil when it is not there

    package func text(_ name: String) throws(ModelDescriptionError) -> String? {
        switch values[name] {
        case nil, .null: nil
        case .text(let text): text
        default: throw .unexpectedKind(name: name, expected: "a text")
        }
    }

    package func integer(_ name: String) throws(ModelDescriptionError) -> Int? {
        switch values[name] {
        case nil, .null: nil
        case .number(let number): try Self.integer(number, name)
        default: throw .unexpectedKind(name: name, expected: "a whole number")
        }
    }

    package func number(_ name: String) throws(ModelDescriptionError) -> Double? {
        switch values[name] {
        case nil, .null: nil
        case .number(let number): number
        default: throw .unexpectedKind(name: name, expected: "a number")
        }
    }

    package func boolean(_ name: String) throws(ModelDescriptionError) -> Bool? {
        switch values[name] {
        case nil, .null: nil
        case .boolean(let boolean): boolean
        default: throw .unexpectedKind(name: name, expected: "true or false")
        }
    }

    /// A description inside this one.
    package func object(_ name: String) throws(ModelDescriptionError) -> ModelDescription? {
        switch values[name] {
        case nil, .null: nil
        case .object(let values): ModelDescription(values: values)
        default: throw .unexpectedKind(name: name, expected: "an object")
        }
    }

    package func integers(_ name: String) throws(ModelDescriptionError) -> [Int]? {
        guard let numbers = try numbers(name) else { return nil }
        var integers: [Int] = []
        for number in numbers { integers.append(try Self.integer(number, name)) }
        return integers
    }

    package func numbers(_ name: String) throws(ModelDescriptionError) -> [Double]? {
        guard let value = values[name], value != .null else { return nil }
        guard case .list(let elements) = value else {
            throw .unexpectedKind(name: name, expected: "a list of numbers")
        }
        var numbers: [Double] = []
        for element in elements {
            guard case .number(let number) = element else {
                throw .unexpectedKind(name: name, expected: "a list of numbers")
            }
            numbers.append(number)
        }
        return numbers
    }

    private static func integer(_ number: Double, _ name: String) throws(ModelDescriptionError) -> Int {
        guard let integer = Int(exactly: number) else {
            throw .unexpectedKind(name: name, expected: "a whole number")
        }
        return integer
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
