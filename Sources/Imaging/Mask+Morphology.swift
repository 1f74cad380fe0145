extension Mask {
    /// The mask grown by a filled ellipse (here a disc) of odd `diameter`, in pixels.
    ///
    /// Row `dy` of the disc reaches `round(r * sqrt(1 - (dy / r)^2))` pixels to each side, r being half of
    /// `diameter - 1`. **Matches:** OpenCV's `dilate` with `MORPH_ELLIPSE`. **Complexity:** the pixels plus the runs of
    /// set pixels times the diameter.
    /// - Precondition: `diameter` is odd and positive.
    public func dilated(ellipse diameter: Int) -> Mask {
        precondition(
            diameter > 0 && diameter % 2 == 1, "dilated: the diameter must be odd and positive, got \(diameter)")
        let radius = (diameter - 1) / 2
        if radius == 0 { return self }
        var grown = [Bool](repeating: false, count: size.pixelCount)
        guard let box = boundingBox else { return self }
        // Nothing is set beyond the part that the disc reaches from the mask's box.
        let (left, top) = (max(0, box.x0 - radius), max(0, box.y0 - radius))
        let width = min(size.width, box.x1 + radius + 1) - left
        let height = min(size.height, box.y1 + radius + 1) - top
        // For each row, +1 where a covered stretch begins and -1 behind its end; their running sum is the cover.
        var changes = [Int32](repeating: 0, count: (width + 1) * height)
        let reaches = (-radius...radius).map { Self.reach(atRow: $0, radius: radius) }
        for y in box.y0...box.y1 {
            forEachRun(ofRow: y) { run in
                for (step, reach) in reaches.enumerated() {
                    let row = y + step - radius - top
                    guard row >= 0 && row < height else { continue }
                    changes[row * (width + 1) + max(0, run.lowerBound - reach - left)] += 1
                    changes[row * (width + 1) + min(width, run.upperBound + reach - left)] -= 1
                }
            }
        }
        grown.withUnsafeMutableBufferPointer { grown in
            changes.withUnsafeBufferPointer { changes in
                for y in 0..<height {
                    var cover: Int32 = 0
                    let target = (top + y) * size.width + left
                    for x in 0..<width {
                        cover &+= changes[y * (width + 1) + x]
                        grown[target + x] = cover > 0
                    }
                }
            }
        }
        return Mask(size: size, values: grown)
    }

    /// Half the width of the disc's row `dy`, without the middle pixel.
    private static func reach(atRow dy: Int, radius: Int) -> Int {
        let squares = Double(radius * radius - dy * dy)
        return Int((Double(radius) * (squares / Double(radius * radius)).squareRoot()).rounded(.toNearestOrEven))
    }

    /// The mask with its holes filled: background regions (joined over edges) that do not reach the border.
    ///
    /// - Parameter limit: only holes of fewer pixels are filled; nil fills all.
    public func holesFilled(smallerThan limit: Int? = nil) -> Mask {
        // A hole lies inside the mask's box, and background that reaches the box's border reaches the picture's too.
        guard let box = boundingBox else { return self }
        let part = ImageSize(width: box.width, height: box.height)
        let background = (0..<part.height).flatMap { y in
            let start = (box.y0 + y) * size.width + box.x0
            return values[start..<start + part.width].map { !$0 }
        }
        let holes = ConnectedComponents.label(Mask(size: part, values: background), connectivity: .four)
            .mask { !$0.touchesBorder && $0.area < limit ?? Int.max }
        var filled = self
        for y in 0..<part.height {
            holes.forEachRun(ofRow: y) { run in
                for x in run { filled[x: box.x0 + x, y: box.y0 + y] = true }
            }
        }
        return filled
    }
}
