/// Range checks that name the field.
enum ConfigurationCheck {
    /// That a number lies in a range; a value that is not a number never does.
    static func within(
        _ field: String, _ value: Float, _ range: ClosedRange<Float>
    ) throws(AnomalySegmentationError) {
        if range.contains(value) { return }
        throw .invalidConfiguration(
            field: field, value: "\(value)", expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }

    /// That a finite number is above a bound.
    static func above(_ field: String, _ value: Float, _ bound: Float) throws(AnomalySegmentationError) {
        if value.isFinite && value > bound { return }
        throw .invalidConfiguration(field: field, value: "\(value)", expected: "a finite number above \(bound)")
    }

    /// That a whole number lies in a range.
    static func within(_ field: String, _ value: Int, _ range: ClosedRange<Int>) throws(AnomalySegmentationError) {
        if range.contains(value) { return }
        throw .invalidConfiguration(
            field: field, value: "\(value)",
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    /// That the diameter of a disc has a middle pixel.
    static func odd(_ field: String, _ value: Int, _ range: ClosedRange<Int>) throws(AnomalySegmentationError) {
        if range.contains(value) && value % 2 == 1 { return }
        throw .invalidConfiguration(
            field: field, value: "\(value)",
            expected: "an odd number from \(range.lowerBound) to \(range.upperBound)")
    }
}
