/// Asks for what an operation needs of its operands; the sentence names the operation, its rule, and the shapes it got.
@inline(__always)
func require(_ holds: Bool, _ operation: StaticString, _ rule: @autoclosure () -> String) {
    require(holds, "\(operation): \(rule())")
}
