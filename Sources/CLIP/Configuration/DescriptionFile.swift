import NeuralNetwork
import WeightIdentity

/// A JSON object that came with the weights, and the file it stands in, for errors that name the file.
struct DescriptionFile {
    let file: String
    let values: ModelDescription

    init(_ file: String, _ json: String) throws(CLIPConfigurationError) {
        self.file = file
        do throws(ModelDescriptionError) {
            values = try ModelDescription(json: json)
        } catch {
            throw .unusableDescription(file: file, error)
        }
    }

    private init(_ file: String, _ values: ModelDescription) {
        self.file = file
        self.values = values
    }

    /// A fact, or nil when it is not there.
    func read<Value>(
        _ body: (ModelDescription) throws(ModelDescriptionError) -> Value
    ) throws(CLIPConfigurationError) -> Value {
        do throws(ModelDescriptionError) {
            return try body(values)
        } catch {
            throw .unusableDescription(file: file, error)
        }
    }

    /// An object inside this one; an empty one when it is not there.
    func object(_ name: String) throws(CLIPConfigurationError) -> DescriptionFile {
        let inner = try read { values throws(ModelDescriptionError) in try values.object(name) }
        return DescriptionFile(file, inner ?? .empty)
    }

    func text(_ name: String) throws(CLIPConfigurationError) -> String? {
        try read { values throws(ModelDescriptionError) in try values.text(name) }
    }

    func integer(_ name: String) throws(CLIPConfigurationError) -> Int? {
        try read { values throws(ModelDescriptionError) in try values.integer(name) }
    }

    func boolean(_ name: String) throws(CLIPConfigurationError) -> Bool? {
        try read { values throws(ModelDescriptionError) in try values.boolean(name) }
    }

    func integers(_ name: String) throws(CLIPConfigurationError) -> [Int]? {
        try read { values throws(ModelDescriptionError) in try values.integers(name) }
    }

    func numbers(_ name: String) throws(CLIPConfigurationError) -> [Float]? {
        try read { values throws(ModelDescriptionError) in try values.numbers(name)?.map { Float($0) } }
    }

    /// One of a few spellings of a choice.
    ///
    /// - Throws: `CLIPConfigurationError.unknownChoice` for any other.
    func choice<Value>(
        _ name: String, of known: KeyValuePairs<String, Value>
    ) throws(CLIPConfigurationError) -> Value? {
        guard let spelling = try text(name) else { return nil }
        guard let value = known.first(where: { $0.key == spelling })?.value else {
            throw .unknownChoice(file: file, fact: name, value: spelling, known: known.map(\.key))
        }
        return value
    }

    /// A fact that must be as said, or absent.
    func require(_ rule: String, for name: String, _ holds: Bool) throws(CLIPConfigurationError) {
        guard holds else { throw .unusableFact(file: file, name, rule: rule) }
    }
}
