extension Tensor: CustomStringConvertible {
    /// The shape and the first elements.
    public var description: String {
        let shown = withUnsafeBufferPointer { $0.prefix(8).map { "\($0)" } }
        return "Tensor\(shape) [" + shown.joined(separator: ", ") + (count > 8 ? ", ...]" : "]")
    }
}
