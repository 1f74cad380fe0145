import Imaging
import SegmentAnything
import Tensors

@testable import AnomalySegmentation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Small pictures made by rule, on which every step has an answer that can be written down.
enum Scene {
    /// A map whose value at each pixel is given.
    static func map(_ width: Int, _ height: Int, _ value: (_ x: Int, _ y: Int) -> Float) -> ScoreMap {
        let size = ImageSize(width: width, height: height)
        return ScoreMap(size: size, values: (0..<size.pixelCount).map { value($0 % width, $0 / width) })
    }

    /// A mask drawn by rows: `#` holds.
    static func mask(_ rows: [String]) -> Mask {
        Mask(size: ImageSize(width: rows[0].count, height: rows.count), values: rows.joined().map { $0 == "#" })
    }

    /// A mask that holds in some boxes.
    static func mask(_ size: ImageSize, _ boxes: ImageBox...) -> Mask {
        Mask(
            size: size,
            values: (0..<size.pixelCount).map { index in
                boxes.contains { $0.contains(x: index % size.width, y: index / size.width) }
            })
    }

    /// The peak at (x, y), falling by `slope` with each pixel of distance.
    static func cone(at x: Int, _ y: Int, slope: Float) -> (Int, Int) -> Float {
        { column, row in
            let (dx, dy) = (Float(column - x), Float(row - y))
            return max(0, 1 - slope * (dx * dx + dy * dy).squareRoot())
        }
    }

    /// Features `[channels, rows, columns]` by rule, for a square picture whose model frame is the picture itself.
    static func embedding(
        side: Int, patch: Int = 8, picture: ImageSize? = nil, channels: Int = 2,
        _ value: (_ channel: Int, _ row: Int, _ column: Int) -> Float
    ) -> ImageEmbedding {
        let cells = side / patch
        let values = (0..<channels * cells * cells).map { index in
            value(index / (cells * cells), index / cells % cells, index % cells)
        }
        return ImageEmbedding(
            features: Tensor(values, shape: [channels, cells, cells]),
            frame: ModelFrame(
                original: picture ?? ImageSize(width: side, height: side), side: side, patch: patch))
    }

    /// Every cell the same: SAM has nothing to say.
    static func plainEmbedding(side: Int) -> ImageEmbedding {
        embedding(side: side) { channel, _, _ in channel == 0 ? 1 : 0 }
    }

    static func exponential(_ value: Float) -> Float { Float(exp(Double(value))) }

    static func heat(
        _ map: ScoreMap, _ rule: PointPromptConfiguration.Normalization = .none
    ) throws -> HeatMap {
        try HeatMap(map, normalization: rule)
    }

    /// A group as PPG would hand it on.
    static func group(_ mask: Mask, positives: [(Int, Int)], negatives: [(Int, Int)] = [], peak: Float = 1)
        -> PromptGroup
    {
        func point(_ label: PromptPoint.Label, _ place: (Int, Int)) -> ChosenPoint {
            ChosenPoint(
                label: label, position: ImagePoint(x: Double(place.0), y: Double(place.1)),
                mapPixel: MapPixel(x: place.0, y: place.1), score: peak, heat: peak, similarity: 0, reason: .peak)
        }
        return PromptGroup(
            peakHeat: peak, peakScore: peak, mask: mask, box: mask.boundingBox ?? ImageBox(x0: 0, y0: 0, x1: 0, y1: 0),
            positives: positives.map { point(.positive, $0) }, negatives: negatives.map { point(.negative, $0) },
            ring: RingReport(diameter: 3, growths: 0, area: 0, candidates: 0, admitsHeat: false))
    }
}
