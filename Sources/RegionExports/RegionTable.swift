import Imaging

/// A table of regions as RFC 4180 has it: a line for each region, ended by CR and LF.
struct RegionTable {
    /// The side of a pixel; nil for a table in pixels alone.
    let pixelSizeMillimetres: Double?

    private static let pixelColumns = [
        "picture", "region", "area", "left", "top", "width", "height", "score", "centroid_x", "centroid_y",
    ]
    private static let millimetreColumns = [
        "area_mm2", "left_mm", "top_mm", "width_mm", "height_mm", "centroid_x_mm", "centroid_y_mm",
    ]

    /// The names of the columns.
    var header: String {
        TableLine.text(Self.pixelColumns + (pixelSizeMillimetres == nil ? [] : Self.millimetreColumns))
    }

    /// The lines of a picture: none where it has no region.
    func rows(_ picture: PictureRegions) -> String {
        picture.regions.enumerated().map { index, region in
            let box = region.box
            var cells = [TableLine.cell(picture.id), "\(index + 1)"]
            cells += [region.area, box.x0, box.y0, box.width, box.height].map(String.init)
            cells += [region.score.map { "\($0)" } ?? ""]
            cells += [region.centroid.x, region.centroid.y].map { Self.number($0) }
            if let side = pixelSizeMillimetres {
                cells.append(Self.number(Double(region.area) * side * side))
                cells += [box.x0, box.y0, box.width, box.height].map { Self.number(Double($0) * side) }
                // Millimetres count from the picture's corner, half a pixel before the middle of its first pixel.
                cells += [region.centroid.x, region.centroid.y].map { Self.number(($0 + 0.5) * side) }
            }
            return TableLine.text(cells)
        }.joined()
    }

    /// Six places behind the point at most, whatever the locale.
    private static func number(_ value: Double) -> String {
        let rounded = (value * 1e6).rounded() / 1e6
        return rounded.isFinite ? "\(rounded)" : ""
    }
}
