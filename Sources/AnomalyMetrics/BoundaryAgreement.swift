public import Imaging

/// How well the boundaries of final masks run along those of the truth, pooled over pictures.
///
/// A boundary pixel is a marked one with a neighbour over an edge that is not marked; the border of the picture is no
/// boundary. It counts as met where a boundary pixel of the other mask is no farther than the tolerance, in Euclidean
/// distance between pixel centres.
///
/// **Matches:** Csurka et al., "What is a good evaluation measure for semantic segmentation?" (BMVC 2013), pooled over
/// pictures where theirs is averaged.
public struct BoundaryAgreement: Hashable, Sendable, Codable {
    /// In shares of the picture's diagonal.
    public let tolerance: Double

    /// Boundary pixels of the masks.
    public private(set) var found = 0
    /// Those of them that are met by the truth's boundary.
    public private(set) var foundMet = 0
    /// Boundary pixels of the truth.
    public private(set) var expected = 0
    /// Those of them that are met by the masks' boundaries.
    public private(set) var expectedMet = 0

    /// No picture.
    ///
    /// - Parameter tolerance: in shares of the picture's diagonal; rounded to whole pixels, one at least.
    public init(tolerance: Double = 0.0075) { self.tolerance = tolerance }

    /// Adds one picture.
    ///
    /// - Parameters:
    ///   - mask: the pixels that were found.
    ///   - truth: the anomalous pixels, in the mask's raster; nil where there are none.
    /// - Throws: `MetricsError` for sizes that differ.
    public mutating func add(mask: Mask, truth: Mask?) throws(MetricsError) {
        if let truth, truth.size != mask.size { throw .sizesDiffer(map: mask.size, truth: truth.size) }
        let own = mask.boundary
        let other = truth?.boundary ?? []
        let (width, height) = (Double(mask.size.width), Double(mask.size.height))
        // A tolerance beyond the diagonal meets everything.
        let share = min(1, max(0, tolerance.isNaN ? 0 : tolerance))
        let reach = max(1, Int((share * (width * width + height * height).squareRoot()).rounded()))
        found += own.count
        expected += other.count
        if own.isEmpty || other.isEmpty { return }
        foundMet += ColumnDistances(other, size: mask.size).count(of: own, within: reach)
        expectedMet += ColumnDistances(own, size: mask.size).count(of: other, within: reach)
    }

    /// Adds other pictures.
    ///
    /// - Throws: ``MetricsError/settingsDiffer`` for another tolerance.
    public mutating func merge(_ other: BoundaryAgreement) throws(MetricsError) {
        guard tolerance == other.tolerance else { throw .settingsDiffer }
        found += other.found
        foundMet += other.foundMet
        expected += other.expected
        expectedMet += other.expectedMet
    }

    /// The share of the masks' boundary pixels that are met.
    public var precision: Measure { ratio(foundMet, found, .nothingMarked) }

    /// The share of the truth's boundary pixels that are met.
    public var recall: Measure { ratio(expectedMet, expected, .noPositives) }

    /// The harmonic mean of precision and recall, 0 where one of the two boundaries is missing.
    public var f1: Measure {
        guard found + expected > 0 else { return .undefined(.nothingMarked) }
        guard let precision = precision.value, let recall = recall.value, precision + recall > 0 else {
            return .defined(0)
        }
        return .defined(2 * precision * recall / (precision + recall))
    }
}

extension Mask {
    /// Marked pixels with an unmarked neighbour over an edge, as indices.
    fileprivate var boundary: [Int] {
        let (width, height) = (size.width, size.height)
        let values = values
        return values.withUnsafeBufferPointer { values in
            values.indices.filter { index in
                guard values[index] else { return false }
                let (x, y) = (index % width, index / width)
                return x > 0 && !values[index - 1] || x + 1 < width && !values[index + 1]
                    || y > 0 && !values[index - width] || y + 1 < height && !values[index + width]
            }
        }
    }
}

/// For each pixel the distance to the nearest chosen pixel of its column.
private struct ColumnDistances {
    private let size: ImageSize
    private var distances: [Int]

    init(_ chosen: [Int], size: ImageSize) {
        self.size = size
        let width = size.width
        // Farther than any pixel, and small enough to be squared.
        distances = [Int](repeating: size.height + size.width, count: size.pixelCount)
        for index in chosen { distances[index] = 0 }
        for index in distances.indices.dropFirst(width) {
            distances[index] = min(distances[index], distances[index - width] + 1)
        }
        for index in distances.indices.dropLast(width).reversed() {
            distances[index] = min(distances[index], distances[index + width] + 1)
        }
    }

    /// How many of the pixels have a chosen one within `reach`.
    func count(of pixels: [Int], within reach: Int) -> Int {
        pixels.count { index in
            let x = index % size.width
            return (max(0, x - reach)...min(size.width - 1, x + reach)).contains { column in
                let (dx, dy) = (column - x, distances[index + column - x])
                return dx * dx + dy * dy <= reach * reach
            }
        }
    }
}
