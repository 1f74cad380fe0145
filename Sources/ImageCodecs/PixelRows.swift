import Imaging
import Tensors

// The samples of some rows, as encoders take them.

extension Image {
    /// `[rows, width, 3]`.
    func samples(_ rows: Range<Int>) -> [UInt8] {
        let indices = size.indices(ofRows: rows)
        return Array(pixels[3 * indices.lowerBound..<3 * indices.upperBound])
    }
}

extension GreyImage {
    /// `[rows, width]`.
    func samples(_ rows: Range<Int>) -> [UInt8] { Array(values[size.indices(ofRows: rows)]) }
}

extension Mask {
    /// `[rows, width]`: 255 where the mask holds, else 0.
    func samples(_ rows: Range<Int>) -> [UInt8] {
        values[size.indices(ofRows: rows)].map { $0 ? .max : 0 }
    }
}

extension ScoreMap {
    /// `[rows, width]`: 0 at the lower bound of `range` and below, 65535 at the upper bound and above, 0 for no number.
    ///
    /// - Precondition: the bounds are finite.
    func samples(_ rows: Range<Int>, of range: ClosedRange<Float>) -> [UInt16] {
        require(
            range.lowerBound.isFinite && range.upperBound.isFinite, "PNGWriter: the range \(range) is not finite")
        let lower = Double(range.lowerBound)
        let extent = Double(range.upperBound) - lower
        return values[size.indices(ofRows: rows)].map { score in
            let share = extent == 0 ? 0 : (Double(score) - lower) / extent
            guard share > 0 else { return 0 }
            // The same as rounded(), which calls the library: what lies behind the point, doubled, is 1 from a half on.
            let scaled = min(1, share) * 65535
            let whole = Int32(scaled)
            return UInt16(truncatingIfNeeded: whole &+ Int32(2 * (scaled - Double(whole))))
        }
    }
}
