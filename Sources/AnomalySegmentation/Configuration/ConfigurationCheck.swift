/// Range checks that name the field.
struct ConfigurationCheck {
    /// The part of the configuration whose fields are checked, as it is called in `AnomalyConfiguration`; nil for that
    /// itself.
    let part: String?

    init(_ part: String? = nil) { self.part = part }

    /// Checks that a number lies in a range; a value that is not a number never does.
    func number(_ field: String, _ value: Float, in range: ClosedRange<Float>) throws(AnomalySegmentationError) {
        try require(range.contains(value), field, value, "a number from \(range.lowerBound) to \(range.upperBound)")
    }

    /// Checks that a finite number is above 0.
    func positive(_ field: String, _ value: Float) throws(AnomalySegmentationError) {
        try require(value.isFinite && value > 0, field, value, "a finite number above 0.0")
    }

    /// Checks that a whole number lies in a range.
    func count(_ field: String, _ value: Int, in range: ClosedRange<Int>) throws(AnomalySegmentationError) {
        try require(
            range.contains(value), field, value, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    /// Checks that the diameter of a disc has a middle pixel.
    func diameter(_ field: String, _ value: Int, in range: ClosedRange<Int>) throws(AnomalySegmentationError) {
        try require(
            range.contains(value) && value % 2 == 1, field, value,
            "an odd number from \(range.lowerBound) to \(range.upperBound)")
    }

    /// Checks that a list has an entry.
    func notEmpty(_ field: String, _ list: [some Any]) throws(AnomalySegmentationError) {
        try require(!list.isEmpty, field, "[]", "a list with at least one entry")
    }

    /// Checks anything else.
    func require(
        _ isValid: Bool, _ field: String, _ value: some Any, _ expected: @autoclosure () -> String
    ) throws(AnomalySegmentationError) {
        if isValid { return }
        throw .invalidConfiguration(
            field: part.map { "\($0).\(field)" } ?? field, value: "\(value)", expected: expected())
    }
}
