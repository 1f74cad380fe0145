public import NeuralNetwork

/// Why no ``CLIPModel`` comes of weights and a vocabulary.
public enum CLIPLoadingError: Error, Hashable, Sendable {
    /// The weights are of something else, or no model can have the configuration.
    case configuration(CLIPConfigurationError)
    /// The merges cannot be used.
    case vocabulary(VocabularyError)
    /// The weights do not fit the configuration.
    case weights(WeightError)
    /// The parts do not belong together.
    case model(CLIPError)

    /// The error inside.
    public var underlying: any Error {
        switch self {
        case .configuration(let error): error
        case .vocabulary(let error): error
        case .weights(let error): error
        case .model(let error): error
        }
    }
}

extension CLIPLoadingError: CustomStringConvertible {
    /// The sentence of the error inside.
    public var description: String { "\(underlying)" }
}

extension CLIPLoadingError {
    static func wrapping<Value>(
        _ body: () throws(CLIPConfigurationError) -> Value
    ) throws(CLIPLoadingError) -> Value {
        do { return try body() } catch { throw .configuration(error) }
    }

    static func wrapping<Value>(_ body: () throws(VocabularyError) -> Value) throws(CLIPLoadingError) -> Value {
        do { return try body() } catch { throw .vocabulary(error) }
    }

    static func wrapping<Value>(_ body: () throws(CLIPError) -> Value) throws(CLIPLoadingError) -> Value {
        do { return try body() } catch { throw .model(error) }
    }
}
