/// Why runs from elsewhere are no mask.
public enum RunLengthError: Error, Hashable, Sendable {
    /// A run of less than no pixels.
    case negativeRun(index: Int, length: Int)
    /// The runs add up to another number than the picture has pixels; `atLeast` when counting stopped there.
    case unexpectedLength(atLeast: Bool, Int, ImageSize)
    /// The compressed form has no such character.
    case unexpectedCharacter(UInt8, byteOffset: Int)
    /// A number of the compressed form is longer than any picture needs.
    case overlongRun(index: Int)
    /// The compressed text ends within a number.
    case cutOff(index: Int)
}
