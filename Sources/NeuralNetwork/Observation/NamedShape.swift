public import Tensors

/// An activation that a model can be asked for: its name, and the shape that it has in the call in question.
public struct NamedShape: Hashable, Sendable, CustomStringConvertible {
    /// The module's path in the reference library, with a suffix where the reference has no module.
    public let name: String
    /// Of the tensor, as the reference has it.
    public let shape: Shape

    /// A name with a shape.
    public init(_ name: String, _ shape: Shape) {
        self.name = name
        self.shape = shape
    }

    /// Both in one line.
    public var description: String { "\(name) \(shape)" }
}

extension Array where Element == NamedShape {
    /// Those that a name or a pattern means; in a pattern `*` stands for any text.
    ///
    /// - Throws: ``ActivationError/unknownName(_:nearest:)`` where there is none.
    public func named(_ text: String) throws(ActivationError) -> [NamedShape] {
        let pattern = NamePattern(text)
        let matching = filter { pattern.matches($0.name) }
        guard !matching.isEmpty else { throw .unknownName(text, nearest: pattern.nearest(of: map(\.name))) }
        return matching
    }

    /// The same activations one place further down: `ln_1` under `resblocks.3` is `resblocks.3.ln_1`, and the empty name
    /// is `resblocks.3` itself.
    package func under(_ path: String) -> [NamedShape] {
        map { NamedShape($0.name.isEmpty ? path : "\(path).\($0.name)", $0.shape) }
    }
}
