// The texts of the preconditions: the operation, what it asks for, and the shapes it got.

@inline(__always)
func require(
    _ condition: Bool, _ operation: StaticString, _ rule: @autoclosure () -> String,
    file: StaticString = #file, line: UInt = #line
) {
    precondition(condition, "\(operation): \(rule())", file: file, line: line)
}
