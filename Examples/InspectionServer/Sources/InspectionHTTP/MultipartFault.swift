/// What is wrong with a form.
package enum MultipartFault: Error, Hashable, Sendable {
    /// The header names no boundary, or one that is longer than 70 bytes.
    case noBoundary
    /// The body ends before the form does.
    case cutOff
    /// Text where a line break must be, or a header without a colon.
    case misplacedText
    /// A part without a name.
    case namelessPart
    /// Two parts of one name.
    case repeatedName(String)
    /// More parts than a form of this service can have.
    case tooManyParts
    /// Headers of a part that are longer than they can be.
    case longHeaders
    /// Bytes that are encoded for the transfer.
    case encodedPart
    /// Parts within a part.
    case nestedParts
}
