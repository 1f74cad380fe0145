extension Mask {
    /// The mask grown by a filled ellipse (here a disc) of odd `diameter`, in pixels.
    ///
    /// Row `dy` of the disc reaches `round(r * sqrt(1 - (dy / r)^2))` pixels to each side, r being half of
    /// `diameter - 1`. **Matches:** OpenCV's `dilate` with `MORPH_ELLIPSE`. **Complexity:** the pixels plus the runs of
    /// set pixels times the diameter.
    /// - Precondition: `diameter` is odd and positive.
    public func dilated(ellipse diameter: Int) -> Mask { MaskRows(self).dilated(ellipse: diameter).mask }

    /// Half the width of the disc's row `dy`, without the middle pixel.
    static func reach(atRow dy: Int, radius: Int) -> Int {
        let squares = Double(radius * radius - dy * dy)
        return Int((Double(radius) * (squares / Double(radius * radius)).squareRoot()).rounded(.toNearestOrEven))
    }

    /// The mask with its holes filled: background regions (joined over edges) that do not reach the border.
    ///
    /// - Parameter limit: only holes of fewer pixels are filled; nil fills all.
    public func holesFilled(smallerThan limit: Int? = nil) -> Mask {
        MaskRows(self).holesFilled(smallerThan: limit).mask
    }
}
