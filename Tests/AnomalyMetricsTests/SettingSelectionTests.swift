import Testing

@testable import AnomalyMetrics

@Suite("Choosing a setting")
struct SettingSelectionTests {
    @Test("each group is judged by what was chosen on the others")
    func folds() {
        let selection = SettingSelection(measures: [[0.5, 0.6, 0.4], [0.5, 0.6, 0.4], [0.5, 0.2, 0.9]])
        let choice = selection.choice(among: [0, 1, 2], insteadOf: 0)
        // Means: 0.5, 0.4667, 0.5667.
        #expect(choice.setting == 2 && abs(choice.gain - 0.2 / 3) < 1e-12)
        // Without the first and the second: 0.5, 0.4, 0.65. Without the third: 0.5, 0.6, 0.4.
        #expect(choice.folds.map(\.setting) == [2, 2, 1])
        for (fold, gain) in zip(choice.folds, [-0.1, -0.1, -0.3]) { #expect(abs(fold.gain - gain) < 1e-12) }
        #expect(abs((choice.heldOutGain ?? 1) + 0.5 / 3) < 1e-12)
    }

    @Test("the base stays unless another one is better, and of equal ones the first is taken")
    func ties() {
        let selection = SettingSelection(measures: [[0.5, 0.5, 0.5], [0.25, 0.25, 0.25]])
        #expect(selection.choice(among: [0, 1, 2], insteadOf: 1).setting == 1)
        let better = SettingSelection(measures: [[0.5, 0.75, 0.75], [0.25, 0.25, 0.25]])
        #expect(better.choice(among: [2, 1], insteadOf: 0).setting == 2)
        #expect(better.choice(among: [2], insteadOf: 0).folds.map(\.setting) == [0, 2])
    }

    @Test("a group without a measure has no say, and one group alone has no fold")
    func undefined() {
        let selection = SettingSelection(measures: [[nil, 0.9], [0.5, 0.6], [0.5, nil]])
        #expect(selection.choice(among: [0, 1], insteadOf: 0).setting == 0)
        let one = SettingSelection(measures: [[0.5, 0.6], [nil, nil]]).choice(among: [1], insteadOf: 0)
        #expect(one.setting == 1 && one.folds.isEmpty && one.heldOutGain == nil)
        #expect(SettingSelection(measures: []).choice(among: [0], insteadOf: 0).setting == 0)
        #expect(SettingSelection(measures: [[]]).choice(among: [0, 4], insteadOf: 2).gain == 0)
    }

    @Test("what is dropped for a group is dropped without a look at it")
    func halving() {
        // Setting 3 is best on the third group alone, 1 and 2 on the others.
        let measures: [[Double?]] = [[0, 0.5, 0.4, 0.1], [0, 0.5, 0.4, 0.1], [0, 0.1, 0.2, 9]]
        var selection = SettingSelection(measures: measures)
        #expect(selection.dropWorse(keeping: 1 / 3, base: 0) == [0, 1, 3])
        // Left out, the third group gets 1, which the first two prefer; the choice on all is 3.
        let choice = selection.choice(among: [0, 1, 2, 3], insteadOf: 0)
        #expect(choice.setting == 3)
        #expect(choice.folds.map(\.setting) == [3, 3, 1])
        // Later measures do not bring back what was dropped: on the third group's rest only 1 is left.
        selection.replace(measures: [[0, -1, 5, 7], [0, -1, 5, 7], [0, 1, 1, 9]])
        #expect(selection.choice(among: [0, 1, 2, 3], insteadOf: 0).folds.map(\.setting) == [3, 3, 0])
    }
}
