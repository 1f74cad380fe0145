import TerminalText

extension SettingDifference: CustomStringConvertible {
    package var description: String { "\(printable(name)) was \(shown(before)) and is \(shown(now))" }

    private func shown(_ value: String?) -> String { value.map { printable($0, limit: 80) } ?? "not there" }
}
