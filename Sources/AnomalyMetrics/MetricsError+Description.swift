extension MetricsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .sizesDiffer(let map, let truth): "the map is \(map) and the truth \(truth); resize one of them first"
        case .notANumber(let index): "the score at index \(index) is not a number; find out where the map was computed"
        case .unusableGrid(let lowest, let highest, let steps):
            "no grid of \(steps) steps leads from \(lowest) to \(highest); take finite ends, the lower one first, and "
                + "1 to \(ScoreGrid.maximumSteps) steps"
        case .settingsDiffer:
            "the counts differ in their grid, or in whether false regions are counted; count all parts in the same way"
        case .damagedState(let byteOffset):
            "these are no stored counts, or they are damaged at byte \(byteOffset); count these pictures again"
        }
    }
}
