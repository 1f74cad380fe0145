public import Tensors

/// Weights of somebody else with one tensor changed, to see what becomes of it.
public struct DamagedWeights: TensorSource {
    private let source: any TensorSource
    private let name: String
    private let damage: @Sendable ([Float]) -> [Float]

    /// - Parameters:
    ///   - source: the weights.
    ///   - name: the tensor that is changed.
    ///   - damage: its elements to as many others.
    public init(_ source: some TensorSource, _ name: String, _ damage: @escaping @Sendable ([Float]) -> [Float]) {
        self.source = source
        self.name = name
        self.damage = damage
    }

    /// The same with one element replaced, in the middle of the tensor.
    public init(_ source: some TensorSource, _ name: String, element: Float) {
        self.init(source, name) { values in
            var values = values
            values[values.count / 2] = element
            return values
        }
    }

    /// The same with every element multiplied, up to the largest number there is.
    public init(_ source: some TensorSource, _ name: String, factor: Float) {
        self.init(source, name) { values in
            values.map { max(-.greatestFiniteMagnitude, min(.greatestFiniteMagnitude, $0 * factor)) }
        }
    }

    public var names: [String] { source.names }
    public var metadata: [String: String] { source.metadata }
    public func shape(of name: String) -> Shape? { source.shape(of: name) }

    public func load(_ name: String) throws -> Tensor {
        let tensor = try source.load(name)
        return name == self.name ? Tensor(damage(tensor.values), shape: tensor.shape) : tensor
    }
}
