/// Many numbers in a page: a byte or four for each, as base64.
package struct PageNumbers: Encodable, Hashable, Sendable {
    /// How a number is kept.
    package enum Kind: String, Encodable, Sendable {
        /// 0 to 255 between `low` and `high`.
        case uint8
        /// As it is, little-endian.
        case float32
    }

    package let type: Kind
    /// The extents, outermost axis first.
    package let shape: [Int]
    /// What 0 stands for.
    package let low: Float
    /// What 255 stands for.
    package let high: Float
    package let base64: String

    /// A byte for each number. What lies outside of the range is brought to its end; NaN is its start.
    package init(_ values: some Sequence<Float>, shape: [Int], low: Float, high: Float) {
        let scale = high > low ? 255 / (high - low) : 0
        let bytes = values.map { value in
            let place = (value - low) * scale
            return place.isNaN ? 0 : UInt8(min(max(place, 0), 255).rounded())
        }
        self.init(bytes: bytes, shape: shape, low: low, high: high)
    }

    /// A byte for each number, which is there already.
    package init(bytes: [UInt8], shape: [Int], low: Float = 0, high: Float = 255) {
        (type, self.shape, self.low, self.high) = (.uint8, shape, low, high)
        base64 = Base64.text(of: bytes)
    }

    /// The numbers as they are.
    package init(exactly values: some Sequence<Float>, shape: [Int]) {
        var bytes: [UInt8] = []
        for value in values {
            let pattern = value.bitPattern
            for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: pattern >> UInt32(shift))) }
        }
        (type, self.shape, low, high) = (.float32, shape, 0, 1)
        base64 = Base64.text(of: bytes)
    }
}
