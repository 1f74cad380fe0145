import Tensors

/// A result as a picture to look at: on the left the picture with the mask's outline, on the right the heat over its
/// grey picture with a scale.
///
/// The outline runs just outside the mask, so that thin defects stay visible. It is bright with a dark border, so it is
/// visible on every background. Small pictures are enlarged by a whole factor, large ones shrunk.
public struct HeatmapOverlay: Sendable {
    /// A point to mark on the left picture.
    public struct Marker: Hashable, Sendable {
        /// Bright green for what belongs to the mask, orange for what does not.
        public enum Kind: Hashable, Sendable {
            /// Belongs to the mask; bright green.
            case positive
            /// Does not belong to the mask; orange.
            case negative
        }

        /// Where the mark is drawn, in pixels of the original picture.
        public var point: ImagePoint
        /// Which colour the mark has.
        public var kind: Kind

        /// A mark at a point.
        public init(_ point: ImagePoint, _ kind: Kind) {
            self.point = point
            self.kind = kind
        }
    }

    /// The scores of the darkest and the brightest heat colour; nil takes `visibleRange(of:)` of each map. The drawn
    /// scale names them.
    public var range: ClosedRange<Float>?
    /// Pictures lower than this, in pixels, are enlarged until they reach it or `maximumSide` stops them.
    public var minimumHeight = 512
    /// No panel gets a longer side than this, in pixels.
    public var maximumSide = 1600
    /// The colour of the line around the mask.
    public var outline = Color(red: 0, green: 240, blue: 255)

    /// The default layout.
    public init() {}

    private static let background = Color(red: 22, green: 22, blue: 26)
    private static let margin = 10
    private static let gap = 8
    private static let scaleWidth = 10
    private static let labelWidth = 40

    /// Draws one result.
    ///
    /// - Parameters:
    ///   - image: the picture, original size.
    ///   - map: scores, the picture's size.
    ///   - mask: the final mask, the picture's size.
    ///   - markers: in pixels of the picture.
    /// - Precondition: the three sizes are equal and not empty.
    public func draw(image: Image, map: ScoreMap, mask: Mask, markers: [Marker] = []) -> Image {
        require(
            image.size == map.size && image.size == mask.size && !image.size.isEmpty,
            "HeatmapOverlay: picture \(image.size), map \(map.size) and mask \(mask.size) must have one size")
        let panel = panelSize(of: image.size)
        let scaled = image.resized(to: panel, filter: .bicubic)
        let range = range ?? Self.visibleRange(of: map)
        let heat = Image(
            size: panel,
            pixels: Self.heated(
                scaled.grey.values[...], map.resized(to: panel, antialias: true).values[...], range: range))
        let (margin, gap) = (Self.margin, Self.gap)
        let second = margin + panel.width + gap
        let scale = second + panel.width + gap
        var canvas = Canvas(
            size: ImageSize(
                width: scale + Self.scaleWidth + Self.labelWidth + margin, height: panel.height + 2 * margin),
            background: Self.background)
        canvas.place(scaled, x: margin, y: margin)
        canvas.place(heat, x: second, y: margin)
        drawOutline(of: mask, panel: panel, on: &canvas)
        for marker in markers { draw(marker, from: image.size, panel: panel, on: &canvas) }
        drawScale(range, x: scale, height: panel.height, on: &canvas)
        return canvas.image
    }

    /// The heat over the grey picture, at the picture's own size and without outline or scale.
    ///
    /// - Precondition: picture and map have one size.
    public func heat(image: Image, map: ScoreMap) -> Image {
        require(
            image.size == map.size, "HeatmapOverlay: picture \(image.size) and map \(map.size) must have one size")
        let range = range ?? Self.visibleRange(of: map)
        return Image(
            size: image.size, pixels: Self.heatPixels(image, map, range: range, rows: 0..<image.size.height))
    }

    /// Some rows of ``heat(image:map:)``, `[rows, width, 3]`.
    ///
    /// - Parameter range: the scores of the darkest and the brightest heat colour.
    package static func heatPixels(
        _ image: Image, _ map: ScoreMap, range: ClosedRange<Float>, rows: Range<Int>
    ) -> [UInt8] {
        heated(
            image.grey(ofRows: rows)[...], map.values[map.size.indices(ofRows: rows)], range: range)
    }

    /// The range in which the structure of a map of scores 0...1 can be seen: from the score that a tenth of the pixels
    /// stay below to the highest one, but never narrower than 0.25, so that the noise of a quiet map stays dark.
    ///
    /// Values that are not finite are left out. For a map without others it is 0...1.
    public static func visibleRange(of map: ScoreMap) -> ClosedRange<Float> {
        // Some 65,536 pixels are enough for a quantile.
        let step = max(1, map.values.count / 65_536)
        let sample = stride(from: 0, to: map.values.count, by: step).map { map.values[$0] }.filter(\.isFinite)
        guard !sample.isEmpty else { return 0...1 }
        let lower = sample.value(atRank: sample.count / 10)
        let highest = map.values.reduce(lower) { $1.isFinite ? max($0, $1) : $0 }
        return lower...max(highest, lower + 0.25)
    }

    /// The size at which a picture of `size` is shown.
    func panelSize(of size: ImageSize) -> ImageSize {
        let longest = max(size.width, size.height)
        if longest > maximumSide {
            func shrunk(_ side: Int) -> Int { max(1, Int((Double(side * maximumSide) / Double(longest)).rounded())) }
            return ImageSize(width: shrunk(size.width), height: shrunk(size.height))
        }
        let wanted = (minimumHeight + size.height - 1) / size.height
        let factor = max(1, min(wanted, maximumSide / longest))
        return ImageSize(width: size.width * factor, height: size.height * factor)
    }

    private static func heated(
        _ greys: ArraySlice<UInt8>, _ scores: ArraySlice<Float>, range: ClosedRange<Float>
    ) -> [UInt8] {
        let extent = range.upperBound - range.lowerBound
        let table = HeatColors.table
        return [UInt8](unsafeUninitializedCapacity: 3 * greys.count) { pixels, initialized in
            greys.withUnsafeBufferPointer { greys in
                scores.withUnsafeBufferPointer { scores in
                    for index in 0..<greys.count {
                        let position = extent > 0 ? (scores[index] - range.lowerBound) / extent : 0
                        let share = position > 0 ? min(position, 1) : 0
                        let heat = table[Int((share * 255).roundedByte)]
                        // Cold parts keep the picture, hot parts are mostly colour.
                        let grey = Color(red: greys[index], green: greys[index], blue: greys[index])
                        let mixed = grey.mixed(with: heat, share: 0.3 + 0.5 * share)
                        pixels[3 * index] = mixed.red
                        pixels[3 * index + 1] = mixed.green
                        pixels[3 * index + 2] = mixed.blue
                    }
                }
            }
            initialized = 3 * greys.count
        }
    }

    private func drawOutline(of mask: Mask, panel: ImageSize, on canvas: inout Canvas) {
        if mask.isEmpty { return }
        let soft = ResizedMap(from: mask.size, to: panel, antialias: true) { rows in
            mask.values[mask.size.indices(ofRows: rows)].map { $0 ? 1 : 0 }
        }.map
        let contour = MaskOutline(coverage: soft, margin: Self.margin, reach: 6)
        for (index, distance) in contour.distances.enumerated() where distance > -1 && distance < 6 {
            let (x, y) = (index % contour.size.width, index / contour.size.width)
            // Two bright pixels at distance 1...3, between dark seams of one pixel.
            let fromMiddle = abs(distance - 2)
            canvas.blend(.black, 0.75 * (2.5 - fromMiddle), x: x, y: y)
            canvas.blend(outline, 1.5 - fromMiddle, x: x, y: y)
        }
    }

    private func draw(_ marker: Marker, from size: ImageSize, panel: ImageSize, on canvas: inout Canvas) {
        let place = marker.point.mapped(from: size, to: panel)
        let colour =
            marker.kind == .positive ? Color(red: 90, green: 255, blue: 90) : Color(red: 255, green: 140, blue: 0)
        canvas.disc(
            x: place.x + Double(Self.margin), y: place.y + Double(Self.margin), radius: 3.5, colour, rim: .black)
    }

    private func drawScale(_ range: ClosedRange<Float>, x left: Int, height: Int, on canvas: inout Canvas) {
        for row in 0..<height {
            let share = height == 1 ? 1 : 1 - Float(row) / Float(height - 1)
            canvas.fill(
                ImageBox(
                    x0: left, y0: Self.margin + row, x1: left + Self.scaleWidth - 1, y1: Self.margin + row),
                HeatColors.color(at: share))
        }
        let grey = Color(red: 190, green: 190, blue: 190)
        let labelLeft = left + Self.scaleWidth + 4
        canvas.write(Self.label(range.upperBound), x: labelLeft, y: Self.margin, scale: 2, grey)
        if height >= 24 {
            canvas.write(Self.label(range.lowerBound), x: labelLeft, y: Self.margin + height - 10, scale: 2, grey)
        }
    }

    /// At most two decimals, without trailing zeros.
    static func label(_ value: Float) -> String {
        let hundredths = (Double(value) * 100).rounded()
        guard abs(hundredths) < 1e6 else { return "" }
        let whole = Int(abs(hundredths))
        let sign = hundredths < 0 ? "-" : ""
        let (units, rest) = (whole / 100, whole % 100)
        if rest == 0 { return "\(sign)\(units)" }
        return rest % 10 == 0 ? "\(sign)\(units).\(rest / 10)" : "\(sign)\(units).\(rest < 10 ? "0" : "")\(rest)"
    }
}
