public import Imaging

/// Why a generator cannot work with its configuration, or finds no masks in a picture.
public enum AutomaticMaskError: Error, Hashable, Sendable {
    /// The parameters of ``AutomaticMaskConfiguration`` that are numbers, each under its own name.
    public enum Parameter: String, Hashable, Sendable {
        /// The parameter of this name.
        case pointsPerSide, pointsPerBatch, predictedIoUThreshold, stabilityThreshold, stabilityOffset
        /// The parameter of this name.
        case boxNMSThreshold, cropLayers, cropNMSThreshold, cropOverlapRatio, cropPointsDownscale, minimumRegionArea
    }

    /// A number that means nothing here, or NaN.
    case outOfRange(Parameter, found: Double, allowed: ClosedRange<Double>)
    /// A layer of crops is left without a point.
    case noPoints(layer: Int)
    /// Grids are given for another number of layers than there are.
    case unexpectedGridCount(found: Int, expected: Int)
    /// A point of a grid that is not within 0...1.
    case pointOutside(ImagePoint, layer: Int)
    /// The picture cannot be embedded.
    case sam(SAMError)
    /// The masks are no numbers.
    case prompt(PromptError)
}
