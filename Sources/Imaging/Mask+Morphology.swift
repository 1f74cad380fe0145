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
        let (width, height) = (size.width, size.height)
        // For each row, +1 where a covered stretch begins and -1 behind its end; their running sum is the cover.
        var changes = [Int32](repeating: 0, count: (width + 1) * height)
        let reaches = (-radius...radius).map { Self.reach(atRow: $0, radius: radius) }
        for y in 0..<height {
            for run in runs(ofRow: y) {
                for (step, reach) in reaches.enumerated() {
                    let row = y + step - radius
                    guard row >= 0 && row < height else { continue }
                    changes[row * (width + 1) + max(0, run.lowerBound - reach)] += 1
                    changes[row * (width + 1) + min(width, run.upperBound + reach)] -= 1
                }
            }
        }
        var grown = [Bool](repeating: false, count: size.pixelCount)
        for y in 0..<height {
            var cover: Int32 = 0
            for x in 0..<width {
                cover += changes[y * (width + 1) + x]
                grown[y * width + x] = cover > 0
            }
        }
        return Mask(size: size, values: grown)
    }

    /// Half the width of the disc's row `dy`, without the middle pixel.
    private static func reach(atRow dy: Int, radius: Int) -> Int {
        let squares = Double(radius * radius - dy * dy)
        return Int((Double(radius) * (squares / Double(radius * radius)).squareRoot()).rounded(.toNearestOrEven))
    }

    private func runs(ofRow y: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for x in 0..<size.width {
            if values[y * size.width + x] {
                start = start ?? x
            } else if let first = start {
                runs.append(first..<x)
                start = nil
            }
        }
        if let first = start { runs.append(first..<size.width) }
        return runs
    }

    /// The mask with its holes filled: background regions (joined over edges) that do not reach the border.
    ///
    /// - Parameter limit: only holes of fewer pixels are filled; nil fills all.
    public func holesFilled(smallerThan limit: Int? = nil) -> Mask {
        let background = ConnectedComponents.label(inverted, connectivity: .four)
        return union(background.mask { !$0.touchesBorder && $0.area < limit ?? Int.max })
    }

    /// The mask without its regions (joined over edges and corners) of fewer than `limit` pixels.
    public func islandsRemoved(smallerThan limit: Int) -> Mask {
        ConnectedComponents.label(self).mask { $0.area >= limit }
    }
}
