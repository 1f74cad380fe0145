import ArgumentParser
import Foundation
import Manifests
import RunJournals
import TerminalText

/// The results of all shards of a job in one folder.
struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Puts the results of shards together, as one run over all pictures would have left them.",
        discussion: """
            Each shard is the output folder of a run with --shard that is done. All of them have the same settings, \
            weights and pictures, and together every picture once. Files are linked where the file system can, and \
            copied elsewhere. The order of the shards does not matter.

            Example: vitrine merge out/shard-* --output merged
            """)

    @Argument(help: "The output folders of the shards.")
    var shards: [String]

    @Option(name: .shortAndLong, help: "The folder for the whole. It is made when missing.")
    var output: String

    @Flag(help: "Leave out shards that are missing or not done. The folder gets no done.json then.")
    var allowMissing = false

    @Flag(help: "Replace what another merge left in the folder.")
    var overwrite = false

    func run() throws {
        let merge = try ShardMerge(shards, allowsMissing: allowMissing)
        let outcome = try merge.write(to: output, startsAnew: overwrite)
        try Terminal.write(
            "\(printable(output)): \(outcome.done) done, \(outcome.failed) failed, of \(merge.pictureCount) pictures")
    }
}
