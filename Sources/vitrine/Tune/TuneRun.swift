import AnomalyMetrics
import AnomalySegmentation

/// The pictures of a data set, the candidates, and in which order both are tried.
struct TuneRun {
    let candidates: Candidates
    let aim: TuneAim
    /// Whether the worse half is dropped after a quarter and a half of the pictures.
    let isHalving: Bool
    let poolsFlawless: Bool

    /// A picture and the group that it is measured with.
    struct Sample: Sendable {
        let item: LabelledPictures.Item
        let group: String
        /// In which round its turn is.
        let round: Int
    }

    /// The share of candidates that goes on.
    private static let keptShare = 0.5
    /// Parts of an only class, each of which is left out once.
    private static let parts = 5

    /// The pictures with their groups: classes, or parts of the only class, spread evenly.
    static func samples(_ items: [LabelledPictures.Item]) -> [Sample] {
        let isOneClass = Set(items.map(\.className)).count == 1
        let parts = isOneClass ? min(Self.parts, items.count) : 1
        var counts: [String: Int] = [:]
        return items.map { item in
            let index = counts[item.className, default: 0]
            counts[item.className] = index + 1
            let group = parts == 1 ? item.className : "part \(index % parts + 1) of \(parts)"
            // A quarter, the next quarter, the rest; within each part alike.
            let round = index / parts % 4 == 0 ? 0 : index / parts % 4 == 2 ? 1 : 2
            return Sample(item: item, group: group, round: round)
        }
    }

    /// What a run comes to.
    struct Outcome {
        /// All of them, also those without a defect, which have no values.
        let groups: [String]
        let selection: SettingSelection
        /// Those that saw all pictures.
        let candidates: [Int]
        let values: [[Double?]]

        /// Those by which settings are chosen.
        var judging: [String] { zip(groups, values).filter { $1[0] != nil }.map(\.0) }
    }

    /// Measures round by round.
    ///
    /// - Parameter measure: shows some pictures to some candidates, and adds what they make of them.
    func outcome(
        of samples: [Sample], _ measure: ([Sample], [Int], inout TuneMeasures) throws -> Void
    ) throws -> Outcome {
        var alive = Array(candidates.choices.indices)
        var measures = try TuneMeasures(candidates: alive.count)
        var selection = SettingSelection(measures: [])
        var values: [[Double?]] = []
        let rounds = isHalving ? [0, 1, 2] : [nil]
        for round in rounds {
            let shown = samples.filter { round == nil || $0.round == round }
            try measure(shown, alive, &measures)
            values = try measures.values(aim: aim, pooling: poolsFlawless, of: alive)
            selection.replace(measures: values)
            if let round, round < 2 { alive = selection.dropWorse(keeping: Self.keptShare, base: 0) }
        }
        return Outcome(groups: measures.groups, selection: selection, candidates: alive, values: values)
    }
}
