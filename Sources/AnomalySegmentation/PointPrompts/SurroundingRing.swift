import Imaging

/// N_a: the pixels around a group that belong to no extreme region.
enum SurroundingRing {
    /// The picture's outermost pixels see padding in both models.
    static let borderPixels = 2

    /// `dilate(group) - extreme - border`.
    static func mask(around group: Mask, extreme: Mask, diameter: Int) -> Mask {
        var ring = group.dilated(ellipse: diameter).subtracting(extreme).values
        let (width, height) = (group.size.width, group.size.height)
        for y in 0..<height {
            let isEdgeRow = y < borderPixels || y >= height - borderPixels
            for x in 0..<width where isEdgeRow || x < borderPixels || x >= width - borderPixels {
                ring[y * width + x] = false
            }
        }
        return Mask(size: group.size, values: ring)
    }

    /// The diameter after one enlargement: odd, and at least 2 px larger where the factor enlarges at all.
    static func grown(_ diameter: Int, by factor: Float) -> Int {
        guard factor > 1 else { return diameter }
        let larger = Int((Float(diameter) * factor).rounded())
        return max(diameter + 2, larger % 2 == 1 ? larger : larger + 1)
    }
}
