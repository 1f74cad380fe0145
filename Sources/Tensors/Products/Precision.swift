/// How exactly the affine maps of a model are computed.
public enum Precision: String, Sendable, Hashable, CaseIterable {
    /// In Float32, as the weights were given.
    case full
    /// In products of bfloat16 numbers, which have the range of Float32 and 8 significant bits. Weights are rounded to them
    /// once, and the input while it is computed; sums and everything else stay in Float32. On processors with AVX512-BF16 this
    /// takes half of the time, and everywhere half of the memory. Magnitudes below 2^-56 count as 0.
    case bf16
    /// In products of 8-bit integers. Each output's weights are rounded to 255 steps once, and each row of the input to 256
    /// steps while it is computed; sums are exact, and everything else stays in Float32. On processors with VNNI this takes
    /// a quarter of the time and of the memory.
    case int8
}
