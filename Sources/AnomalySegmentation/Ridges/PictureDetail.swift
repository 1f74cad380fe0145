import Imaging
import Synchronization

/// The brightness of a picture, from which its lines are found.
final class PictureDetail: Sendable {
    /// Luma by the ITU-R 601 weights, 0...1, on the picture's raster made smaller. Not ``Image/grey``, whose rounding is as
    /// large as a faint line.
    let luminance: ScoreMap

    /// No side of the raster is longer. A defect that is finer in a large picture is found in its tiles.
    private static let side = 512

    /// The raster of a picture.
    static func size(of picture: ImageSize) -> ImageSize { picture.within(side) }

    /// By the width of a line: made once a picture, for however many final maps.
    private let knownBins = Mutex<[Float: [UInt8]]>([:])

    init(luminance: ScoreMap) { self.luminance = luminance }

    /// - Parameter image: with a pixel at least.
    convenience init(_ image: Image) {
        let size = Self.size(of: image.size)
        let pixels = size == image.size ? image.pixels : image.resized(to: size, filter: .box).pixels
        self.init(
            luminance: ScoreMap(
                size: size,
                values: [Float](unsafeUninitializedCapacity: size.pixelCount) { values, initialized in
                    pixels.withUnsafeBufferPointer { pixels in
                        for index in 0..<size.pixelCount {
                            let (red, green, blue) = (pixels[3 * index], pixels[3 * index + 1], pixels[3 * index + 2])
                            values[index] = (0.299 * Float(red) + 0.587 * Float(green) + 0.114 * Float(blue)) / 255
                        }
                    }
                    initialized = size.pixelCount
                }))
    }

    // MARK: Lines

    /// How many bins of responses there are.
    static let ridgeBins = 24
    /// Responses are counted in standard deviations of an ordinary pixel, up to this many.
    private static let mostDeviations: Float = 3
    /// Added to that deviation, on the scale of luminance: noise of a smooth surface is no line.
    private static let leastDeviation: Float = 1e-3
    /// A normal distribution's standard deviation over its median magnitude.
    private static let deviationByMedian: Float = 1.4826

    /// The bin of each pixel's response to ``RidgeFilter``: the first for dark lines, the last for bright ones.
    func ridgeBins(ofWidth width: Float) -> [UInt8] {
        if let known = knownBins.withLock({ $0[width] }) { return known }
        let responses = RidgeFilter(width: width).responses(luminance)
        let median = responses.map(abs).value(atRank: responses.count / 2)
        let limit = Self.mostDeviations * (median * Self.deviationByMedian + Self.leastDeviation)
        let bins = responses.map { response in
            let place = (min(max(response / limit, -1), 1) + 1) / 2
            return UInt8(min(Int(place * Float(Self.ridgeBins)), Self.ridgeBins - 1))
        }
        knownBins.withLock { $0[width] = bins }
        return bins
    }
}
