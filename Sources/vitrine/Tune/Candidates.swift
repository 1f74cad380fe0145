import AnomalySegmentation
import JSONText

/// The combinations of tried values that are measured: the configuration itself, each single change of it, and others.
struct Candidates {
    let settings: [TriedSetting]
    /// For each candidate the index of its value of each setting; 0 is the configuration's own. The first are all 0.
    private(set) var choices: [[Int]]

    /// How many are tried one by one at most.
    static let limit = 2000

    /// - Parameters:
    ///   - drawn: how many are drawn at random beside the single changes; nil takes all combinations.
    ///   - seed: of the random numbers.
    /// - Throws: ``SettingError/tooMany(_:limit:)``.
    init(_ settings: [TriedSetting], drawn: Int?, seed: UInt64) throws {
        self.settings = settings
        choices = [settings.map { _ in 0 }]
        for (place, setting) in settings.enumerated() {
            for value in setting.values.indices.dropFirst() {
                choices.append(settings.indices.map { $0 == place ? value : 0 })
            }
        }
        let (count, isBeyond) = settings.reduce((1, false)) { result, setting in
            let (product, overflow) = result.0.multipliedReportingOverflow(by: setting.values.count)
            return (overflow ? .max : product, result.1 || overflow)
        }
        let wanted = drawn.map { choices.count + $0 } ?? count
        guard wanted <= Self.limit, !isBeyond || drawn != nil else {
            throw SettingError.tooMany(drawn == nil ? count : wanted, limit: Self.limit)
        }
        if wanted >= count {
            let known = Set(choices)
            choices += (0..<count).map { number in
                var rest = number
                return settings.map { setting in
                    defer { rest /= setting.values.count }
                    return rest % setting.values.count
                }
            }.filter { !known.contains($0) }
        } else {
            draw(wanted, seed)
        }
    }

    private mutating func draw(_ wanted: Int, _ seed: UInt64) {
        var generator = DrawnNumbers(seed: seed)
        var known = Set(choices)
        while choices.count < wanted {
            let drawn = settings.map { Int.random(in: $0.values.indices, using: &generator) }
            if known.insert(drawn).inserted { choices.append(drawn) }
        }
    }

    /// The candidates that change one setting and no other, the configuration itself first.
    func singles(of setting: Int) -> [Int] {
        choices.indices.filter { candidate in
            choices[candidate].enumerated().allSatisfy { $0.offset == setting || $0.element == 0 }
        }
    }

    /// A candidate's configuration.
    ///
    /// - Throws: ``SettingError`` for values that do not go together.
    func configuration(_ candidate: Int, base: AnomalyConfiguration) throws -> AnomalyConfiguration {
        var configuration = base
        for (setting, value) in zip(settings, choices[candidate]) where value != 0 {
            do {
                configuration = try configuration.setting(
                    setting.values[value], at: setting.name.split(separator: ".").map(String.init))
            } catch {
                throw SettingError.unusable(
                    setting.name, value: setting.title(of: value), reason: "with the other values: \(error)")
            }
        }
        return configuration
    }
}

/// Random numbers that are the same for the same seed, on every machine (splitmix64).
private struct DrawnNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
