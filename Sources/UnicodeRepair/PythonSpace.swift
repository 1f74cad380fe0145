extension Unicode.Scalar {
    /// Whether Python's `str.isspace` takes it for white space: Unicode's property and the four information separators.
    package var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }
}
