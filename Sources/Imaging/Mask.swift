import Tensors

/// A yes or no for each pixel, `[height, width]`, row-major.
public struct Mask: Hashable, Sendable {
    /// Width and height in pixels.
    public let size: ImageSize
    /// `true` where the mask holds.
    public private(set) var values: [Bool]

    /// - Precondition: `values` holds `width * height` entries.
    public init(size: ImageSize, values: [Bool]) {
        require(
            values.count == size.pixelCount, "Mask: \(size) needs \(size.pixelCount) values, got \(values.count)")
        self.size = size
        self.values = values
    }

    /// A mask of one value.
    public init(size: ImageSize, repeating value: Bool = false) {
        self.init(size: size, values: [Bool](repeating: value, count: size.pixelCount))
    }

    /// - Precondition: the pixel lies inside the mask.
    public subscript(x x: Int, y y: Int) -> Bool {
        get { values[index(x: x, y: y)] }
        set { values[index(x: x, y: y)] = newValue }
    }

    /// Number of pixels that hold.
    public var area: Int {
        // Bytes are 0 or 1, and their sum vectorises.
        values.withUnsafeBytes { bytes in
            var count = 0
            for byte in bytes { count &+= Int(byte) }
            return count
        }
    }

    /// Whether no pixel holds.
    public var isEmpty: Bool { !values.contains(true) }

    /// The smallest box around all pixels that hold; nil for an empty mask.
    public var boundingBox: ImageBox? {
        var box: ImageBox?
        for y in 0..<size.height {
            forEachRun(ofRow: y) { run in
                let found = box ?? ImageBox(x0: run.lowerBound, y0: y, x1: run.lowerBound, y1: y)
                box = ImageBox(
                    x0: min(found.x0, run.lowerBound), y0: found.y0, x1: max(found.x1, run.upperBound - 1), y1: y)
            }
        }
        return box
    }

    /// Pixels that hold in either mask.
    public func union(_ other: Mask) -> Mask { combined(with: other) { $0 || $1 } }

    /// Pixels that hold here and not in `other`.
    public func subtracting(_ other: Mask) -> Mask { combined(with: other) { $0 && !$1 } }

    /// Pixels that do not hold.
    public var inverted: Mask { Mask(size: size, values: values.map { !$0 }) }

    /// Shared area over joint area, 0...1; nil where both masks are empty.
    public func intersectionOverUnion(with other: Mask) -> Double? {
        checkSize(of: other)
        var (both, either) = (0, 0)
        values.withUnsafeBytes { own in
            other.values.withUnsafeBytes { others in
                for index in 0..<own.count {
                    both &+= Int(own[index] & others[index])
                    either &+= Int(own[index] | others[index])
                }
            }
        }
        return either == 0 ? nil : Double(both) / Double(either)
    }

    @inline(__always)
    private func combined(with other: Mask, _ rule: (Bool, Bool) -> Bool) -> Mask {
        checkSize(of: other)
        let count = values.count
        let joined = [Bool](unsafeUninitializedCapacity: count) { output, initialized in
            values.withUnsafeBufferPointer { own in
                other.values.withUnsafeBufferPointer { others in
                    for index in 0..<count { output[index] = rule(own[index], others[index]) }
                }
            }
            initialized = count
        }
        return Mask(size: size, values: joined)
    }

    private func checkSize(of other: Mask) {
        require(size == other.size, "Mask: sizes differ, \(size) and \(other.size)")
    }

    private func index(x: Int, y: Int) -> Int {
        require(
            x >= 0 && x < size.width && y >= 0 && y < size.height, "Mask: pixel (\(x), \(y)) is outside \(size)")
        return y * size.width + x
    }
}
