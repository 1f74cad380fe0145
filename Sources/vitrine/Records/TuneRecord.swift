import AnomalyMetrics
import AnomalySegmentation

/// What `tune` prints with `--json`.
struct TuneRecord: OutputRecord {
    static let kind = "tune"

    /// A setting's value.
    struct Value: Encodable {
        var setting: String
        /// As JSON, words without quotation marks.
        var value: String
    }

    /// One setting by itself, or all of them together.
    struct Row: Encodable {
        /// Absent for all together.
        var setting: String?
        /// Those that are best on all groups.
        var best: [Value]
        /// How much better than the configuration's own that is on all groups.
        var gain: Double
        /// The same for choices on the other groups; absent where there is one group alone.
        var heldOutGain: Double?
        var folds: [Fold]
    }

    /// A group that was left out, and what was chosen without it.
    struct Fold: Encodable {
        var group: String
        var chosen: [Value]
        var gain: Double
    }

    /// What a group of pictures reached with the configuration as it was.
    struct Group: Encodable {
        var name: String
        var base: Double
    }

    var aim: TuneAim
    var groups: [Group]
    /// How many combinations saw all pictures, and how many there were.
    var measured: Int
    var candidates: Int
    var rows: [Row]
    /// The pictures that are in no measure; absent where there are none.
    var failures: [PictureFailure]?
    /// That was chosen on all groups.
    var configuration: AnomalyConfiguration
    var weights: [WeightFileRecord]

    init(
        _ outcome: TuneRun.Outcome, _ run: TuneRun, base: AnomalyConfiguration, weights: [WeightFileRecord]
    ) throws {
        let candidates = run.candidates
        aim = run.aim
        groups = zip(outcome.groups, outcome.values).compactMap { name, values in
            values[0].map { Group(name: name, base: $0) }
        }
        measured = outcome.candidates.count
        self.candidates = candidates.choices.count
        rows = candidates.settings.enumerated().map { place, setting in
            Row(setting.name, candidates.singles(of: place), outcome, candidates)
        }
        let all = Row(nil, Array(candidates.choices.indices), outcome, candidates)
        rows.append(all)
        let chosen = outcome.selection.choice(among: outcome.candidates, insteadOf: 0).setting
        configuration = try candidates.configuration(chosen, base: base)
        self.weights = weights
    }
}

extension TuneRecord.Row {
    fileprivate init(_ name: String?, _ among: [Int], _ outcome: TuneRun.Outcome, _ candidates: Candidates) {
        let there = Set(outcome.candidates)
        let choice = outcome.selection.choice(among: among.filter(there.contains), insteadOf: 0)
        func values(_ candidate: Int) -> [TuneRecord.Value] {
            zip(candidates.settings, candidates.choices[candidate]).filter { name == nil || $0.0.name == name }
                .map { TuneRecord.Value(setting: $0.name, value: $0.title(of: $1)) }
        }
        setting = name
        best = values(choice.setting)
        gain = choice.gain
        heldOutGain = choice.heldOutGain
        folds = choice.folds.map {
            TuneRecord.Fold(group: outcome.groups[$0.group], chosen: values($0.setting), gain: $0.gain)
        }
    }
}

extension TuneRecord {
    /// A Markdown table: what each setting is worth by itself, then all together.
    func markdown() -> String {
        let base = groups.isEmpty ? 0 : groups.reduce(0) { $0 + $1.base } / Double(groups.count)
        var lines = [
            "\(aim.title) of the configuration as it is: \(fixed(base, 3)), the mean over "
                + groups.map { "\($0.name) (\(fixed($0.base, 3)))" }.joined(separator: ", "),
            "", "| setting | best value | gain | held-out gain | chosen without each group |", "|---|---|---|---|---|",
        ]
        for row in rows {
            let best = Self.text(row.best)
            let folds = row.folds.map { Self.text($0.chosen) }
            let counts = Dictionary(grouping: folds) { $0 }.map { ($0.key, $0.value.count) }
                .sorted { $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 > $1.1 }
            lines.append(
                "| "
                    + [
                        row.setting ?? "**all together**", best, Self.signed(row.gain),
                        row.heldOutGain.map(Self.signed) ?? "-",
                        counts.map { "\($0.1) x \($0.0)" }.joined(separator: "; "),
                    ].joined(separator: " | ") + " |")
        }
        lines.append("")
        lines.append(
            measured == candidates
                ? "Combinations: \(candidates)." : "Combinations: \(candidates), of which \(measured) saw all pictures."
        )
        return lines.joined(separator: "\n")
    }

    private static func signed(_ gain: Double) -> String { (gain < 0 ? "" : "+") + fixed(gain, 4) }

    /// The values, with their names where there are several settings; good for a cell of a table.
    private static func text(_ values: [Value]) -> String {
        values.map { values.count == 1 ? $0.value : "\($0.setting)=\($0.value)" }.joined(separator: " ")
            .split(separator: "|", omittingEmptySubsequences: false).joined(separator: "/")
    }
}
