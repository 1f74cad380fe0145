import ArgumentParser
import Foundation

/// Everything about files of weights.
struct WeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights",
        abstract: "Lists, inspects, verifies and converts weights.",
        discussion: """
            PyTorch archives (.pt, .pth, .bin), TorchScript archives, safetensors, sharded files by their index, and \
            Hugging Face folders are read as data: nothing in them is executed.
            """,
        subcommands: [
            WeightsListCommand.self, WeightsInspectCommand.self, WeightsVerifyCommand.self, WeightsConvertCommand.self,
        ])
}

/// Which published weights there are, and which of them are here.
struct WeightsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the published weights that can be fetched by name, and which are here.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let rows = try PublishedWeights.list().models.map { model in
            Row(
                name: model.name, title: model.title, licence: model.licence, page: model.page,
                bytes: model.files.reduce(0) { $0 + ($1.bytes ?? 0) },
                path: model.files.first.flatMap { PublishedWeights.path(of: $0, in: model) })
        }
        if json {
            Terminal.write(try jsonText(rows), to: .standardOutput)
            return
        }
        for row in rows {
            let size = row.bytes > 0 ? "\((row.bytes + 500_000) / 1_000_000) MB" : "? MB"
            let line = [
                row.name.padding(toLength: 19, withPad: " ", startingAt: 0),
                String(repeating: " ", count: max(0, 8 - size.count)) + size,
                row.licence
                    .padding(toLength: 11, withPad: " ", startingAt: 0), row.title,
            ].joined(separator: "  ")
            Terminal.write(line + (row.path.map { "\n    here: \($0)" } ?? ""), to: .standardOutput)
        }
        let folder = PublishedWeights.folder ?? "nowhere: HOME is not set, name a folder with VITRINE_WEIGHTS"
        Terminal.write("\nFetch with: Tools/fetch-weights NAME\nThey are kept in: \(folder)", to: .standardOutput)
    }

    private struct Row: Encodable {
        var name: String
        var title: String
        var licence: String
        var page: String
        var bytes: Int
        var path: String?
    }
}
