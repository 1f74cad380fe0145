import Tensors

/// A map at another size whose rows are made when they are asked for: torch's bilinear `interpolate` with corners not
/// aligned, in Float, and the same values as all rows at once have.
///
/// It keeps the rows of the source in the width of the result. So neither a large source nor a large result has to be in
/// memory as a whole.
package struct ResizedMap: Sendable {
    /// Width and height of the result.
    package let size: ImageSize
    /// `[source rows, width]`.
    private let columns: Tensor
    private let antialias: Bool

    /// - Parameters:
    ///   - source: the size of the map as it is.
    ///   - size: the size wanted.
    ///   - antialias: widen the filter where a side shrinks.
    ///   - values: some rows of the source, `[rows, source.width]`; asked for from the top.
    /// - Precondition: neither size is empty.
    package init(
        from source: ImageSize, to size: ImageSize, antialias: Bool = false, values: (_ rows: Range<Int>) -> [Float]
    ) {
        require(!source.isEmpty && !size.isEmpty, "resized: cannot resize from \(source) to \(size)")
        self.size = size
        self.antialias = antialias
        columns = Tensor(uninitialized: [source.height, size.width]) { output in
            for rows in source.strips {
                let strip = Tensor(values(rows), shape: [rows.count, source.width])
                    .resizedBilinear(height: rows.count, width: size.width, antialias: antialias)
                let start = rows.lowerBound * size.width
                strip.withUnsafeBufferPointer { strip in
                    _ = UnsafeMutableBufferPointer(rebasing: output[start...]).update(from: strip)
                }
            }
        }
    }

    /// A map at another size.
    package init(_ map: ScoreMap, to size: ImageSize, antialias: Bool = false) {
        self.init(from: map.size, to: size, antialias: antialias) { Array(map.values[map.size.indices(ofRows: $0)]) }
    }

    /// Some rows, `[rows, width]`.
    package func values(ofRows rows: Range<Int>) -> [Float] {
        columns.resizedBilinear(height: size.height, rows: rows, antialias: antialias).values
    }

    /// All rows.
    package var map: ScoreMap {
        ScoreMap(
            size: size,
            values: [Float](unsafeUninitializedCapacity: size.pixelCount) { output, initialized in
                for rows in size.strips {
                    values(ofRows: rows).withUnsafeBufferPointer { strip in
                        _ = UnsafeMutableBufferPointer(rebasing: output[initialized...]).initialize(from: strip)
                    }
                    initialized += size.indices(ofRows: rows).count
                }
            })
    }
}
