import Imaging

extension AutomaticMaskError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .outOfRange(let parameter, let found, let allowed):
            "\(parameter.rawValue) is \(text(found)): give a number from \(text(allowed.lowerBound)) to "
                + "\(text(allowed.upperBound))"
        case .noPoints(let layer):
            "the grid of crop layer \(layer) has no point: raise pointsPerSide, or lower cropPointsDownscale or "
                + "cropLayers"
        case .unexpectedGridCount(let found, let expected):
            "\(found) grids of points are given: give one for the whole picture and one for each layer of crops, "
                + "\(expected) in all"
        case .pointOutside(let point, let layer):
            "the grid of crop layer \(layer) has the point (\(point.x), \(point.y)): its points are fractions of width "
                + "and height, from 0 to 1"
        case .sam(let error): error.description
        case .prompt(let error): error.description
        }
    }

    /// Whole numbers without a fraction.
    private func text(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }
}
