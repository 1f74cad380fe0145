import ArgumentParser
import Checkpoints
import Foundation
import TerminalText

/// What a file of weights is.
struct WeightsInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what weights are: family, sizes, types, digest, and what a model would be built with.")

    @OptionGroup var source: WeightsArgument

    @Flag(help: "List every tensor with its shape and type.")
    var tensors = false

    @Flag(help: "Print JSON, every tensor included.")
    var json = false

    func run() throws {
        let report = try WeightReport(try source.open())
        if json {
            try Terminal.write(report.json())
        } else {
            for line in lines(report) { try Terminal.write(printable(line)) }
        }
    }

    private func lines(_ report: WeightReport) -> [String] {
        var lines = [row("container", report.container), row("family", report.family)]
        for file in report.files {
            lines.append(row("file", "\(file.path ?? file.file), \(file.bytes ?? 0) bytes"))
            lines.append(row("SHA-256", (file.sha256 ?? "") + (file.published.map { ", as published: \($0)" } ?? "")))
        }
        let types = report.types.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        lines.append(row("tensors", "\(report.tensors.count) (\(types)), \(report.elements) numbers"))
        if !report.prefix.isEmpty { lines.append(row("taken off", "\"\(report.prefix)\" in front of every name")) }
        lines += listed("set aside", report.setAside)
        lines += listed("no tensors", report.ignored)
        lines += report.model.map { row($0.fact, $0.value) }
        if let problem = report.problem { lines.append(row("not usable", problem)) }
        lines += listed("not finite", report.notFinite.map(\.description))
        if tensors {
            lines += report.tensors.map { "  \($0.name)  \($0.shape)  \($0.type)" }
        }
        return lines
    }

    /// The first few of what may be thousands.
    private func listed(_ title: String, _ all: [String]) -> [String] {
        guard !all.isEmpty else { return [] }
        let shown = all.prefix(4).joined(separator: "; ")
        return [row(title, all.count > 4 ? "\(shown); and \(all.count - 4) more" : shown)]
    }

    private func row(_ title: String, _ value: String) -> String {
        (title + ": ").padding(toLength: max(16, title.count + 2), withPad: " ", startingAt: 0) + value
    }
}
