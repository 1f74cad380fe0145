/// Chooses one of several settings by what was measured on groups of pictures, and says what such a choice is worth on a
/// group that had no part in it.
///
/// ```swift
/// let selection = SettingSelection(measures: [[0.40, 0.45], [0.30, 0.28], [0.50, 0.52]])   // by group, then by setting
/// let choice = selection.choice(among: [0, 1], insteadOf: 0)
/// print(choice.gain, choice.heldOutGain ?? "one group only")
/// ```
/// The gain of the setting that was chosen on all groups is too good: the best of many is partly the luckiest. The held-out
/// gain leaves each group out in turn, chooses on the others and looks at the one left out.
public struct SettingSelection: Sendable {
    /// For each group what each setting reached, more being better; nil where that is not defined or was not measured.
    public private(set) var measures: [[Double?]]
    /// For each group the settings that may not be chosen when it is left out, because they were dropped without it.
    private var dropped: [Set<Int>]
    /// Those that may not be chosen on all groups.
    private var droppedOnAll: Set<Int> = []

    /// - Parameter measures: for each group what each setting reached.
    public init(measures: [[Double?]]) {
        self.measures = measures
        dropped = Array(repeating: [], count: measures.count)
    }

    /// What was chosen.
    public struct Choice: Hashable, Sendable {
        /// What was chosen without one group.
        public struct Fold: Hashable, Sendable {
            /// The group that was left out.
            public let group: Int
            /// The setting that was chosen on the others.
            public let setting: Int
            /// How much better than the base it is on the group left out.
            public let gain: Double
        }

        /// The setting that is best on all groups; of equal ones the base, then the first.
        public let setting: Int
        /// How much better than the base it is on all groups, on average.
        public let gain: Double
        /// One for each group where the base's measure is defined; empty where there is one such group alone.
        public let folds: [Fold]

        /// The mean gain over the folds; nil without any.
        public var heldOutGain: Double? {
            folds.isEmpty ? nil : folds.reduce(0) { $0 + $1.gain } / Double(folds.count)
        }
    }

    /// Chooses among some settings.
    ///
    /// - Parameters:
    ///   - settings: by index.
    ///   - base: what is there already. It stays unless another one is better.
    public func choice(among settings: [Int], insteadOf base: Int) -> Choice {
        let groups = measures.indices.filter { measures[$0].indices.contains(base) && measures[$0][base] != nil }
        let chosen = best(of: settings, base, on: groups, without: nil)
        let folds = groups.count < 2 ? [] : groups
        return Choice(
            setting: chosen, gain: gain(of: chosen, base, on: groups),
            folds: folds.map { group in
                let setting = best(of: settings, base, on: groups.filter { $0 != group }, without: group)
                return Choice.Fold(group: group, setting: setting, gain: gain(of: setting, base, on: [group]))
            })
    }

    /// Drops the worse part of the settings that are still there, once for each group by what the others say, so that no
    /// group has a say in what is chosen for it.
    ///
    /// - Parameters:
    ///   - share: what is kept of them, 0...1; one at least.
    ///   - base: is never dropped.
    /// - Returns: the settings that some choice may still fall on, by index.
    public mutating func dropWorse(keeping share: Double, base: Int) -> [Int] {
        let groups = measures.indices.filter { measures[$0].indices.contains(base) && measures[$0][base] != nil }
        let count = measures.map { $0.count }.max() ?? 0
        let all = Array(0..<count)
        func worse(_ gone: Set<Int>, _ groups: [Int]) -> Set<Int> {
            let there = all.filter { !gone.contains($0) && $0 != base }
            let kept = max(1, Int((Double(there.count) * share).rounded(.up)))
            let ranked: [(setting: Int, mean: Double)] = there.map { ($0, mean(of: $0, on: groups) ?? -.infinity) }
                .sorted { $0.mean == $1.mean ? $0.setting < $1.setting : $0.mean > $1.mean }
            return gone.union(ranked.dropFirst(kept).map { $0.setting })
        }
        for group in dropped.indices { dropped[group] = worse(dropped[group], groups.filter { $0 != group }) }
        droppedOnAll = worse(droppedOnAll, groups)
        return all.filter { setting in
            !droppedOnAll.contains(setting) || dropped.contains { !$0.contains(setting) }
        }
    }

    /// The same with other measures, of more pictures; what was dropped stays so.
    public mutating func replace(measures: [[Double?]]) {
        self.measures = measures
        while dropped.count < measures.count { dropped.append([]) }
    }

    private func best(of settings: [Int], _ base: Int, on groups: [Int], without group: Int?) -> Int {
        let gone = group.map { dropped[$0] } ?? droppedOnAll
        guard var most = mean(of: base, on: groups) else { return base }
        var best = base
        for setting in settings where !gone.contains(setting) {
            if let mean = mean(of: setting, on: groups), mean > most { (best, most) = (setting, mean) }
        }
        return best
    }

    private func gain(of setting: Int, _ base: Int, on groups: [Int]) -> Double {
        guard let own = mean(of: setting, on: groups), let other = mean(of: base, on: groups) else { return 0 }
        return own - other
    }

    /// The mean over groups; nil where one of them has none.
    private func mean(of setting: Int, on groups: [Int]) -> Double? {
        var sum = 0.0
        for group in groups {
            guard measures[group].indices.contains(setting), let measure = measures[group][setting] else { return nil }
            sum += measure
        }
        return groups.isEmpty ? nil : sum / Double(groups.count)
    }
}
