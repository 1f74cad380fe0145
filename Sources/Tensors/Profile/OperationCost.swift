/// What an operation is, and what it has to do at least: a matter of its shapes alone.
package struct OperationCost: Hashable, Sendable {
    /// What is computed.
    package enum Kind: String, CaseIterable, Sendable {
        case linear
        case matrixProduct = "matrix product"
        case attention
        case convolution
        case layerNorm = "layer norm"
        case softmax
        case resize
        /// Arithmetic, activations and functions of each element.
        case elementwise
        case reduction
        /// The same elements in another order or place.
        case copy
    }

    /// What is computed.
    package let kind: Kind
    /// Those that the result needs, in products, attentions, convolutions and resizing. What else is done to an element, in
    /// norms, softmaxes and activations, is not counted: there memory sets the time.
    package let multiplyAdds: Int
    /// Each operand read once and the result written once, wherever they lie.
    package let bytes: Int

    /// - Parameters:
    ///   - elements: numbers in single precision that are read or written.
    ///   - weightBytes: of a weight that is kept in another form.
    init(_ kind: Kind, multiplyAdds: Int = 0, elements: Int, weightBytes: Int = 0) {
        self.kind = kind
        self.multiplyAdds = multiplyAdds
        bytes = MemoryLayout<Float>.stride * elements + weightBytes
    }

    /// Floating-point operations: a multiply-add is two.
    package var operations: Int { 2 * multiplyAdds }
}

/// Computes something, and notes it where somebody records what this thread does.
func measured<Value>(_ cost: @autoclosure () -> OperationCost, _ body: () -> Value) -> Value {
    guard let log = SpanLog.current else { return body() }
    return log.operation(cost(), body)
}
