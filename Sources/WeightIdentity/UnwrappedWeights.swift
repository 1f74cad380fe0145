public import Tensors

/// Weights without the wrappings that training programs leave around a model's own names.
///
/// A training checkpoint keeps its model under `state_dict` or `model_state_dict`, or under `model` beside an optimiser's
/// tensors. The tensors beside the model are set aside and listed. The prefixes `model.` and `module.` are removed when
/// every remaining name starts with them. All this is repeated until nothing changes.
public struct UnwrappedWeights: TensorSource {
    /// What was taken off the front of every name, empty for none.
    public let prefix: String
    /// Tensors beside the wrapped model, by their whole names. They are not part of these weights.
    public let setAside: [String]
    public let names: [String]
    private let source: any TensorSource

    /// A dictionary that holds the model; whatever stands beside it is not the model.
    private static let containers = ["state_dict.", "model_state_dict."]
    /// What a training program keeps beside its `model`.
    private static let companions = ["optimizer.", "lr_scheduler.", "scheduler.", "scaler."]
    /// Modules that only hold the model.
    private static let shells = ["model.", "module."]

    public init(_ source: some TensorSource) {
        var prefix = ""
        var names = source.names
        var setAside: [String] = []
        while let next = Self.wrapping(of: names) {
            setAside += names.filter { !$0.hasPrefix(next) }.map { prefix + $0 }
            names = names.filter { $0.hasPrefix(next) }.map { String($0.dropFirst(next.count)) }
            prefix += next
        }
        self.prefix = prefix
        self.setAside = setAside
        self.names = names
        self.source = source
    }

    private static func wrapping(of names: [String]) -> String? {
        containers.first { container in names.contains { $0.hasPrefix(container) } }
            ?? shells.first { shell in
                names.contains { $0.hasPrefix(shell) }
                    && names.allSatisfy { name in
                        name.hasPrefix(shell) || companions.contains { name.hasPrefix($0) }
                    }
            }
    }

    public var metadata: [String: String] { source.metadata }

    public func shape(of name: String) -> Shape? { source.shape(of: prefix + name) }

    public func load(_ name: String) throws -> Tensor { try source.load(prefix + name) }

    public func byteRows(_ name: String) throws -> ByteRows? { try source.byteRows(prefix + name) }
}
