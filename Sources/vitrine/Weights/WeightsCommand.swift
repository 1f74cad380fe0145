import ArgumentParser
import Foundation
import TerminalText

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
        var models = try PublishedWeights.list().models
        for model in models.indices {
            for file in models[model].files.indices {
                models[model].files[file].path = PublishedWeights.path(of: models[model].files[file], in: models[model])
            }
        }
        let record = WeightsListRecord(folder: PublishedWeights.folder, models: models)
        if json {
            try Terminal.write(record.json())
            return
        }
        for model in record.models {
            let bytes = model.files.reduce(0) { $0 + ($1.bytes ?? 0) }
            let size = bytes > 0 ? "\((bytes + 500_000) / 1_000_000) MB" : "? MB"
            let line = [
                model.name.padding(toLength: 19, withPad: " ", startingAt: 0),
                String(repeating: " ", count: max(0, 8 - size.count)) + size,
                model.licence.padding(toLength: 11, withPad: " ", startingAt: 0), model.title,
            ].joined(separator: "  ")
            let path = model.files.first?.path.map { "\n    here: \(printable($0))" } ?? ""
            try Terminal.write(line + path)
        }
        let folder = record.folder ?? "nowhere: HOME is not set, name a folder with VITRINE_WEIGHTS"
        try Terminal.write(
            "\nFetch with: Tools/fetch-weights NAME\nThey are kept in: \(printable(folder))")
    }
}
