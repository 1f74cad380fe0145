/// A set of values that all have defaults, and of which single ones are changed.
protocol ConfigurationPart {
    init()

    /// Checks every field.
    ///
    /// - Throws: ``AnomalySegmentationError/invalidConfiguration(field:value:expected:)`` for the first field that is out
    ///   of its range.
    func validate() throws(AnomalySegmentationError)
}

extension ConfigurationPart {
    /// The defaults, except for what `change` sets.
    init(_ change: (inout Self) -> Void) {
        self.init()
        change(&self)
    }
}
