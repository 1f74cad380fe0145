import AnomalyMetrics
import Imaging

/// What is aimed at.
enum TuneAim: String, CaseIterable, Codable {
    case f1Maximum = "f1-max"
    case averagePrecision = "ap"

    /// Its name in tables.
    var title: String { self == .f1Maximum ? "F1-max" : "AP" }

    func measure(_ summary: PixelSummary) -> Double? {
        switch self {
        case .f1Maximum: summary.f1Maximum.value?.value
        case .averagePrecision: summary.averagePrecision.value
        }
    }
}

/// What candidates reached on groups of pictures: classes, or parts of the only class.
struct TuneMeasures {
    /// In the order in which they came.
    private(set) var groups: [String] = []
    private var metrics: [[PixelMetrics]] = []
    private let candidates: Int
    private let grid: ScoreGrid

    /// Scores are rounded to so many steps: many candidates are counted at once.
    static let steps = 4096

    /// - Parameter candidates: how many there are.
    init(candidates: Int) throws {
        self.candidates = candidates
        grid = try ScoreGrid(lowest: 0, highest: 1, steps: Self.steps)
    }

    /// Adds the map that a candidate made of a picture of a group.
    mutating func add(_ map: ScoreMap, truth: Mask?, of candidate: Int, to group: String) throws {
        let place = groups.firstIndex(of: group) ?? groups.count
        if place == groups.count {
            groups.append(group)
            metrics.append(
                Array(repeating: PixelMetrics(grid: grid, countsFalseRegions: false), count: candidates))
        }
        try metrics[place][candidate].add(map: map, truth: truth)
    }

    /// For each group what each candidate reached, by group and candidate; nil where nothing is defect.
    ///
    /// - Parameters:
    ///   - isPooled: whether the pictures of groups without any defect count in all of the others.
    ///   - candidates: those that saw all pictures so far; others have no measure.
    func values(aim: TuneAim, pooling isPooled: Bool, of candidates: [Int]) throws -> [[Double?]] {
        let there = candidates.first ?? 0
        let flawless = isPooled ? metrics.filter { $0[there].summary().positivePixels == 0 } : []
        return try metrics.map { group in
            var values = [Double?](repeating: nil, count: self.candidates)
            guard group[there].summary().positivePixels > 0 else { return values }
            for candidate in candidates {
                var all = group[candidate]
                for other in flawless { try all.merge(other[candidate]) }
                values[candidate] = aim.measure(all.summary())
            }
            return values
        }
    }
}
