import AnomalySegmentation
import ImageCodecs
import Imaging
import SegmentAnything

/// A picture of a result that an answer may hold, as PNG.
enum SegmentPicture: String, CaseIterable, Sendable {
    /// The picture with the outline and the points on the left, the heat with its scale on the right.
    case overlay
    /// The map in colours over the grey picture, at the picture's size.
    case heatmap
    /// White inside of the mask, black outside.
    case mask

    /// What a client asks for, such as `overlay,heatmap` or `none`.
    static func list(_ text: String) throws -> [SegmentPicture] {
        if text == "none" { return [] }
        return try text.split(separator: ",").map { name in
            guard let picture = SegmentPicture(rawValue: String(name)) else {
                throw ServiceError.unknownImage(String(name))
            }
            return picture
        }
    }

    /// The PNG file.
    func png(_ image: Image, _ result: AnomalyResult) throws -> [UInt8] {
        switch self {
        case .overlay:
            let points = zip(result.prompts.groups, result.cascades).filter { $1.supersededBy == nil }
                .flatMap { $0.0.points }
            return try PNGWriter.bytes(
                HeatmapOverlay().draw(
                    image: image, map: result.fusedMap, mask: result.mask,
                    markers: points.map {
                        HeatmapOverlay.Marker($0.position, $0.label == .positive ? .positive : .negative)
                    }
                ))
        case .heatmap: return try PNGWriter.bytes(HeatmapOverlay().heat(image: image, map: result.fusedMap))
        case .mask: return try PNGWriter.bytes(result.mask)
        }
    }
}
