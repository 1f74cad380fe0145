import AnomalyMetrics
import ArgumentParser
import TerminalText

/// Two evaluations of the same pictures, side by side.
struct CompareRunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare-runs",
        abstract: "Says which pictures and which defects two runs of evaluate find better or worse.",
        discussion: """
            Both folders were written by evaluate --output and are done. Only pictures that both have, with the same \
            truth, are compared. AUROC, AP and F1-max of pixels are measured again over random choices of these pictures, \
            the same for both runs and within each class; the interval holds the middle of the differences. Where it \
            holds 0, other pictures of the same kind might turn the difference round.

            Example: vitrine compare-runs before after
            """)

    @Argument(help: "The output folder of the first run.")
    var first: String

    @Argument(help: "The output folder of the second run.")
    var second: String

    @Option(help: "Compare the maps of this variant, such as map; without it the last one of each run.")
    var variant: String?

    @Option(help: "How many random choices of the pictures are measured.")
    var resamples = 1000

    @Option(help: "Of the random choices; the same number gives the same interval.")
    var seed = 0

    @Option(help: "The share of the differences that lies in the interval.")
    var confidence = 0.95

    @Option(help: "How many pictures and defects are listed on each side.")
    var top = 10

    @Flag(help: "Print JSON instead of tables, with all pictures and defects that changed.")
    var json = false

    func validate() throws {
        if !(1...1_000_000).contains(resamples) {
            throw ValidationError("--resamples takes a number from 1 to 1000000, not \(resamples)")
        }
        if seed < 0 { throw ValidationError("--seed takes a number from 0 on, not \(seed)") }
        if !(confidence > 0 && confidence < 1) {
            throw ValidationError("--confidence takes a number between 0 and 1, not \(confidence)")
        }
        if top < 0 { throw ValidationError("--top takes a number from 0 on, not \(top)") }
    }

    func run() throws {
        let folders = (try EvaluatedFolder(done: first), try EvaluatedFolder(done: second))
        let comparison: RunComparison
        do {
            comparison = try RunComparison(folders.0, folders.1, variant: variant)
        } catch let error as ComparisonError {
            let flag = if case .noVariant = error { " (--variant)" } else { "" }
            throw CommandFailure.badInput("\(error)\(flag)")
        }
        let record = try comparison.record(
            PairedBootstrap(count: resamples, seed: UInt64(seed), confidence: confidence))
        try Terminal.write(json ? try record.json() : record.tables(top: top))
    }
}
