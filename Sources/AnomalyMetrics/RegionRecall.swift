/// How many truth regions are found while false regions are few.
///
/// The threshold sinks from the highest score on, as long as all pictures together, flawless ones included, never have more
/// false regions than the budget allows. A truth region is found where one of its pixels is.
public struct RegionRecall: Hashable, Sendable {
    /// How many false regions a picture may have on average.
    public let budget: Double
    /// The share of the truth regions that are found, 0...1.
    public let recall: Measure
    /// Pixels above this score are found; nil where every threshold keeps to the budget, and where the measure is
    /// undefined.
    public let scoresAbove: Float?

    init(budget: Double, recall: Measure, scoresAbove: Float?) {
        self.budget = budget
        self.recall = recall
        self.scoresAbove = scoresAbove
    }

    init(budget: Double, undefined reason: UndefinedMeasure) {
        self.init(budget: budget, recall: .undefined(reason), scoresAbove: nil)
    }
}
