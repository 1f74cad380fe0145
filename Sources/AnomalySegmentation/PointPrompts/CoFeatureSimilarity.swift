import Imaging
import NeuralNetwork
import SegmentAnything
import Tensors

/// SAM's image features, ready for cosines: centred where wanted, every cell of unit length.
///
/// Positions are in cells from the centre of the first one, as `ModelFrame.embeddingPosition` gives them.
struct CoFeatureSimilarity: Sendable {
    let frame: ModelFrame
    let rows: Int
    let columns: Int
    let channels: Int
    /// `[rows, columns, channels]`, the valid cells only.
    private let cells: [Float]

    /// **Complexity:** one pass over the features, one copy of the valid cells.
    ///
    /// - Parameter embedding: features `[channels, rows, columns]`.
    /// - Throws: ``AnomalySegmentationError/featuresNotFinite``.
    init(_ embedding: ImageEmbedding, centers: Bool) throws(AnomalySegmentationError) {
        frame = embedding.frame
        rows = embedding.validRows
        columns = embedding.validColumns
        channels = embedding.features.shape[0]
        var cells = Self.validCells(embedding)
        guard cells.allSatisfy(\.isFinite) else { throw .featuresNotFinite }
        if centers { Self.subtractMean(&cells, channels: channels) }
        for cell in 0..<rows * columns { Self.normalize(&cells, cell * channels..<(cell + 1) * channels) }
        self.cells = cells
    }

    /// `[rows, columns, channels]` of the cells that see the picture.
    private static func validCells(_ embedding: ImageEmbedding) -> [Float] {
        let (rows, columns, shape) = (embedding.validRows, embedding.validColumns, embedding.features.shape)
        let channels = shape[0]
        var cells = [Float](repeating: 0, count: rows * columns * channels)
        embedding.features.withUnsafeBufferPointer { source in
            for channel in 0..<channels {
                for row in 0..<rows {
                    let first = (channel * shape[1] + row) * shape[2]
                    for column in 0..<columns {
                        cells[(row * columns + column) * channels + channel] = source[first + column]
                    }
                }
            }
        }
        return cells
    }

    private static func subtractMean(_ cells: inout [Float], channels: Int) {
        let count = cells.count / channels
        var sums = [Double](repeating: 0, count: channels)
        for index in cells.indices { sums[index % channels] += Double(cells[index]) }
        for index in cells.indices { cells[index] -= Float(sums[index % channels] / Double(count)) }
    }

    /// The mean feature at `points` of the picture, each read between the cells, to unit length.
    func prototype(at points: [ImagePoint]) -> [Float] {
        var sum = [Float](repeating: 0, count: channels)
        for point in points {
            for (cell, weight) in corners(at: point) {
                for channel in 0..<channels { sum[channel] += weight * cells[cell * channels + channel] }
            }
        }
        Self.normalize(&sum, 0..<channels)
        return sum
    }

    /// The mean feature under a region of the map, each cell weighed by the n it covers, to unit length.
    func prototype(of region: Mask, heat: ScoreMap) -> [Float] {
        var weights = [Float](repeating: 0, count: rows * columns)
        let width = region.size.width
        for (index, holds) in region.values.enumerated() where holds {
            let point = ImagePoint(x: Double(index % width), y: Double(index / width))
                .mapped(from: region.size, to: frame.original)
            let place = frame.embeddingPosition(point)
            weights[Int(place.row.rounded()) * columns + Int(place.column.rounded())] += heat.values[index]
        }
        var sum = [Float](repeating: 0, count: channels)
        for (cell, weight) in weights.enumerated() where weight != 0 {
            for channel in 0..<channels { sum[channel] += weight * cells[cell * channels + channel] }
        }
        Self.normalize(&sum, 0..<channels)
        return sum
    }

    /// The cosine of every valid cell with `prototype`, `[rows, columns]`, -1...1; 0 where either has no direction.
    func similarities(to prototype: [Float]) -> SimilarityGrid {
        var values = [Float](repeating: 0, count: rows * columns)
        for cell in values.indices {
            var sum: Float = 0
            for channel in 0..<channels { sum += cells[cell * channels + channel] * prototype[channel] }
            values[cell] = min(max(sum, -1), 1)
        }
        return SimilarityGrid(frame: frame, columns: columns, values: values)
    }

    /// All valid cells, `[rows * columns, channels]`, each of unit length or zero.
    var unitCells: Tensor { Tensor(cells, shape: [rows * columns, channels]) }

    private func corners(at point: ImagePoint) -> [(cell: Int, weight: Float)] {
        BilinearCorners(frame.embeddingPosition(point), rows: rows, columns: columns)
            .cells(columns: columns)
    }

    /// To unit length; zeros stay zeros.
    private static func normalize(_ values: inout [Float], _ range: Range<Int>) {
        var squares = 0.0
        for index in range { squares += Double(values[index]) * Double(values[index]) }
        guard squares > 0 else { return }
        let scale = Float(1 / squares.squareRoot())
        for index in range { values[index] *= scale }
    }
}

/// How much each cell looks like a prototype.
struct SimilarityGrid: Sendable {
    let frame: ModelFrame
    let columns: Int
    /// `[rows, columns]`, -1...1.
    let values: [Float]

    /// The grid as an observer saw it and may have replaced it.
    func handed(to taps: ActivationTaps?) -> SimilarityGrid {
        guard let taps, taps.asks("similarity") else { return self }
        let grid = Tensor(values, shape: [values.count / columns, columns])
        return SimilarityGrid(frame: frame, columns: columns, values: taps("similarity", grid).values)
    }

    /// The similarity at a point of the picture, read between the cells' centres.
    func value(at point: ImagePoint) -> Float {
        let corners = BilinearCorners(frame.embeddingPosition(point), rows: values.count / columns, columns: columns)
        return corners.cells(columns: columns).reduce(0) { $0 + $1.weight * values[$1.cell] }
    }
}

/// The four cells around a position, and how much each counts.
private struct BilinearCorners {
    private let down: NeighbourPair
    private let across: NeighbourPair

    init(_ position: (row: Double, column: Double), rows: Int, columns: Int) {
        down = NeighbourPair(position.row, below: rows)
        across = NeighbourPair(position.column, below: columns)
    }

    func cells(columns: Int) -> [(cell: Int, weight: Float)] {
        [
            (down.first * columns + across.first, (1 - down.share) * (1 - across.share)),
            (down.first * columns + across.second, (1 - down.share) * across.share),
            (down.second * columns + across.first, down.share * (1 - across.share)),
            (down.second * columns + across.second, down.share * across.share),
        ]
    }
}
