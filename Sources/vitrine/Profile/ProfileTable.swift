import Foundation
import Tensors

/// A profile as a table of 80 columns: parts indented below each other, then kinds of operations.
struct ProfileTable {
    /// A line of the table.
    private struct Row {
        var indent: Int
        var name: String
        var seconds: Double
        /// Nil where no operation stands behind the seconds.
        var sum: OperationSum?
    }

    private let limits: MachineLimits
    private let seconds: Double
    private var parts: [Row] = []
    private let kinds: [Row]
    private let covered: Double

    /// - Parameter foldsLayers: whether numbered layers in which the same is computed share a line.
    init(_ profile: Profile, _ limits: MachineLimits, foldsLayers: Bool) {
        self.limits = limits
        seconds = profile.seconds
        covered = profile.coverage
        kinds = profile.kinds.map { Row(indent: 0, name: $0.kind.rawValue, seconds: $0.sum.seconds, sum: $0.sum) }
        let tree = ProfileTree(profile)
        add(foldsLayers ? tree.folded : tree, path: "all", indent: 0)
    }

    /// - Parameter path: of the part, from the part that is shown above it on.
    private mutating func add(_ tree: ProfileTree, path: String, indent: Int) {
        let other = tree.otherSeconds
        let showsOther = other > 0.01 * seconds
        // A name with one thing below it needs no line of its own.
        if indent > 0, tree.operations.isEmpty, !showsOther, tree.children.count == 1 {
            add(tree.children[0], path: "\(path).\(tree.children[0].name)", indent: indent)
            return
        }
        let isSingle = tree.children.isEmpty && !showsOther && tree.operations.count == 1
        let kind = isSingle ? " \(tree.operations[0].kind.rawValue)" : ""
        parts.append(Row(indent: indent, name: path + kind, seconds: tree.seconds, sum: tree.sum))
        if isSingle { return }
        for (kind, sum) in tree.operations {
            parts.append(Row(indent: indent + 1, name: kind.rawValue, seconds: sum.seconds, sum: sum))
        }
        for child in tree.children { add(child, path: child.name, indent: indent + 1) }
        if showsOther { parts.append(Row(indent: indent + 1, name: "(other)", seconds: other, sum: nil)) }
    }

    /// The table.
    var lines: [String] {
        let header = line("", ["ms", "%", "GFLOP", "GFLOP/s", "peak", "MB", "mem"])
        return ["", header] + parts.map(line) + [""] + kinds.map(line)
            + ["", "operations cover \(fixed(100 * covered, 1)) % of the time"]
    }

    private static let nameWidth = 34
    private static let widths = [8, 6, 7, 8, 5, 7, 5]

    private func line(_ row: Row) -> String {
        let name = String(repeating: " ", count: row.indent) + row.name
        let time = [fixed(1000 * row.seconds, seconds < 0.02 ? 3 : 2), fixed(100 * row.seconds / seconds, 1)]
        guard let sum = row.sum else { return line(name, time) }
        let speed = sum.gigaflops.map { [short(Double(sum.operations) / 1e9), short($0)] } ?? ["", ""]
        return line(
            name,
            time + speed + [
                limits.shareOfPeak(sum).map { "\(fixed(100 * $0, 0))%" } ?? "", short(Double(sum.bytes) / 1e6),
                "\(fixed(100 * limits.shareOfMemory(sum), 0))%",
            ])
    }

    /// About three digits.
    private func short(_ value: Double) -> String {
        fixed(value, value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
    }

    /// A name on the left, cut in front where it is too long, and figures on the right.
    private func line(_ name: String, _ figures: [String]) -> String {
        var text = name
        if name.count > Self.nameWidth {
            let indent = name.prefix { $0 == " " }
            text = indent + ".." + name.suffix(Self.nameWidth - indent.count - 2)
        }
        text = text.padding(toLength: Self.nameWidth, withPad: " ", startingAt: 0)
        for (figure, width) in zip(figures, Self.widths) {
            text += String(repeating: " ", count: max(1, width - figure.count)) + figure
        }
        return text
    }
}
