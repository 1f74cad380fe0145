/// Keeps few of the thresholds that a walk comes by.
///
/// Its measure of a step is what recall, region overlap and false positive rate gain, and `FP / (FP + positives)`, too: rare
/// positives have all of their precision where the rate has hardly begun.
struct CurveThinning {
    private let positives: Int
    private let negatives: Int
    private let regions: Double
    private let step: Double
    private var points: [ScoreCurve.Point] = []
    private var kept = 0.0
    private var last: (point: ScoreCurve.Point, position: Double)?
    private var best: (point: ScoreCurve.Point, f1: Double)?
    private var truePositives = 0
    private var falsePositives = 0
    private var overlap = 0.0

    /// - Parameters:
    ///   - positives: how many will come, at least one.
    ///   - negatives: how many will come, at least one.
    ///   - regions: how many the shares will add up to.
    ///   - limit: of the number of points, three at least.
    init(positives: Int, negatives: Int, regions: Int = 1, limit: Int) {
        self.positives = positives
        self.negatives = negatives
        self.regions = Double(regions)
        // Two neighbouring pieces together are longer than a step, and all pieces together are 4.
        step = 8 / Double(max(3, limit) - 2)
    }

    /// The next lower score.
    mutating func add(_ key: UInt32, positives found: Int = 0, share: Double = 0, negatives passed: Int = 0) {
        truePositives += found
        falsePositives += passed
        overlap = truePositives == positives ? 1 : overlap + share / regions
        let wrong = Double(falsePositives)
        let position =
            Double(truePositives) / Double(positives) + wrong / Double(negatives) + overlap
            + wrong / (wrong + Double(positives))
        if let last, position - kept > step {
            points.append(last.point)
            kept = last.position
        }
        let point = ScoreCurve.Point(
            threshold: ScoreKey.score(key), truePositives: truePositives, falsePositives: falsePositives,
            overlap: overlap)
        last = (point, position)
        let f1 = 2 * Double(truePositives) / Double(truePositives + falsePositives + positives)
        if f1 > best?.f1 ?? 0 { best = (point, f1) }
    }

    /// To be asked behind the last score.
    var curve: ScoreCurve {
        var all = Set(points)
        for point in [last?.point, best?.point].compactMap(\.self) { all.insert(point) }
        return ScoreCurve(
            points: all.sorted { $0.threshold > $1.threshold }, positives: positives, negatives: negatives)
    }
}
