/// Why two runs cannot be compared.
enum ComparisonError: Error, Hashable {
    /// No picture is in both, or none has the same truth in both.
    case nothingInCommon(first: String, second: String)
    /// A run did not look at pictures in this way.
    case noVariant(String, folder: String, has: [String])
}
