/// How exactly the affine maps of a model are computed.
public enum Precision: String, Sendable, Hashable, CaseIterable {
    /// In Float32, as the weights were given.
    case full
    /// In products of 8-bit integers. Each output's weights are rounded to 255 steps once, and each row of the input to 256
    /// steps while it is computed; sums are exact, and everything else stays in Float32. On processors with VNNI this takes
    /// a quarter of the time and of the memory.
    case int8
}
