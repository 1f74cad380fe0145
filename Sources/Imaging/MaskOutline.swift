import Tensors

/// Distances from pixels to the outline of a mask, for drawing the outline without steps.
///
/// The outline is where the mask, enlarged and smoothed to the drawing's raster, crosses one half.
struct MaskOutline {
    let size: ImageSize
    /// Pixels added on each side of the raster, so that an outline can run beyond the picture's border.
    let margin: Int
    /// `[height, width]` with the margin: distance in pixels, negative inside the mask, infinite beyond `reach`.
    let distances: [Float]

    /// - Parameters:
    ///   - coverage: the mask in the drawing's raster, 0...1.
    ///   - reach: how far from the outline distances are wanted.
    init(coverage: ScoreMap, margin: Int, reach: Float) {
        require(margin >= 1, "MaskOutline: the margin must be at least 1, got \(margin)")
        let width = coverage.size.width + 2 * margin
        let height = coverage.size.height + 2 * margin
        var field = [Float](repeating: 0, count: width * height)
        for y in 0..<coverage.size.height {
            for x in 0..<coverage.size.width {
                field[(y + margin) * width + x + margin] = coverage.values[y * coverage.size.width + x]
            }
        }
        var squares = [Float](repeating: .infinity, count: width * height)
        for cell in Self.crossedCells(field, width: width, height: height) {
            for (start, end) in Self.segments(field, width: width, x: cell % width, y: cell / width) {
                Self.mark(&squares, width: width, height: height, from: start, to: end, reach: reach)
            }
        }
        size = ImageSize(width: width, height: height)
        self.margin = margin
        distances = zip(squares, field).map { square, value in
            let distance = square.squareRoot()
            return value >= 0.5 ? -distance : distance
        }
    }

    private typealias Place = SIMD2<Float>

    /// The top left pixels of the cells that hold a piece of the outline, which are few of all cells.
    private static func crossedCells(_ field: [Float], width: Int, height: Int) -> [Int] {
        var cells: [Int] = []
        field.withUnsafeBufferPointer { field in
            for y in 0..<height - 1 {
                for x in 0..<width - 1 {
                    let cell = y * width + x
                    let isInside = field[cell] >= 0.5
                    if isInside != (field[cell + 1] >= 0.5) || isInside != (field[cell + width] >= 0.5)
                        || isInside != (field[cell + width + 1] >= 0.5)
                    {
                        cells.append(cell)
                    }
                }
            }
        }
        return cells
    }

    /// The pieces of the outline inside the cell between four pixel centres.
    private static func segments(_ field: [Float], width: Int, x: Int, y: Int) -> [(Place, Place)] {
        let corners = [
            field[y * width + x], field[y * width + x + 1], field[(y + 1) * width + x + 1], field[(y + 1) * width + x],
        ]
        let inside = corners.map { $0 >= 0.5 }
        let places = [
            Place(Float(x), Float(y)), Place(Float(x + 1), Float(y)), Place(Float(x + 1), Float(y + 1)),
            Place(Float(x), Float(y + 1)),
        ]
        // Walking around the cell, the outline is crossed two or four times.
        var crossings: [Place] = []
        for corner in 0..<4 {
            let next = (corner + 1) % 4
            guard inside[corner] != inside[next] else { continue }
            let share = (0.5 - corners[corner]) / (corners[next] - corners[corner])
            crossings.append(places[corner] + (places[next] - places[corner]) * share)
        }
        if crossings.count == 2 { return [(crossings[0], crossings[1])] }
        // A saddle: the mean decides whether the two inside corners hang together.
        let isJoined = corners.reduce(0, +) / 4 >= 0.5
        let pairsFirstWithSecond = isJoined == inside[0]
        return pairsFirstWithSecond
            ? [(crossings[0], crossings[1]), (crossings[2], crossings[3])]
            : [(crossings[1], crossings[2]), (crossings[3], crossings[0])]
    }

    /// Lowers the squared distances around one piece.
    private static func mark(
        _ squares: inout [Float], width: Int, height: Int, from start: Place, to end: Place, reach: Float
    ) {
        let low = (pointwiseMin(start, end) - reach).rounded(.down)
        let high = (pointwiseMax(start, end) + reach).rounded(.up)
        let along = end - start
        let length = (along * along).sum()
        for y in max(0, Int(low.y))...min(height - 1, Int(high.y)) {
            for x in max(0, Int(low.x))...min(width - 1, Int(high.x)) {
                let offset = Place(Float(x), Float(y)) - start
                let share = length == 0 ? 0 : max(0, min(1, (offset * along).sum() / length))
                let miss = offset - along * share
                let square = (miss * miss).sum()
                if square <= reach * reach && square < squares[y * width + x] { squares[y * width + x] = square }
            }
        }
    }
}
