import Imaging
import SegmentAnything

// Between a raster that covers the picture and the cells of SAM's embedding.

extension CoFeatureSimilarity {
    /// A map's values at the centres of the valid cells, `[rows * columns]`, read between its pixels. A centre beyond the
    /// picture has the value of the border.
    func sampled(_ map: ScoreMap) -> [Float] {
        let (width, height) = (map.size.width, map.size.height)
        let across = (0..<columns).map { NeighbourPair(center(row: 0, column: $0, in: map.size).x, below: width) }
        let down = (0..<rows).map { NeighbourPair(center(row: $0, column: 0, in: map.size).y, below: height) }
        return map.values.withUnsafeBufferPointer { values in
            down.flatMap { y in
                across.map { x in
                    x.between(
                        y.between(values[y.first * width + x.first], values[y.second * width + x.first]),
                        y.between(values[y.first * width + x.second], values[y.second * width + x.second]))
                }
            }
        }
    }

    /// Values of the valid cells, `[rows * columns]`, on a raster that covers the picture, read between the cells' centres.
    func spread(_ grid: [Float], over size: ImageSize) -> ScoreMap {
        let across = (0..<size.width).map { x in
            NeighbourPair(frame.embeddingPosition(point(x: x, y: 0, of: size)).column, below: columns)
        }
        let down = (0..<size.height).map { y in
            NeighbourPair(frame.embeddingPosition(point(x: 0, y: y, of: size)).row, below: rows)
        }
        let values = [Float](unsafeUninitializedCapacity: size.pixelCount) { output, initialized in
            grid.withUnsafeBufferPointer { grid in
                for y in down {
                    let (upper, lower) = (y.first * columns, y.second * columns)
                    for x in across {
                        output[initialized] = x.between(
                            y.between(grid[upper + x.first], grid[lower + x.first]),
                            y.between(grid[upper + x.second], grid[lower + x.second]))
                        initialized += 1
                    }
                }
            }
        }
        return ScoreMap(size: size, values: values)
    }

    /// The centre of a cell, on a raster that covers the picture.
    private func center(row: Int, column: Int, in size: ImageSize) -> ImagePoint {
        frame.imagePoint(row: row, column: column).mapped(from: frame.original, to: size)
    }

    /// A pixel of a raster that covers the picture, in the picture.
    private func point(x: Int, y: Int, of size: ImageSize) -> ImagePoint {
        ImagePoint(x: Double(x), y: Double(y)).mapped(from: size, to: frame.original)
    }
}
