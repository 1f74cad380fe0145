import ArgumentParser
import Checkpoints

/// The weights that a subcommand of `weights` is about.
struct WeightsArgument: ParsableArguments {
    @Argument(help: "A file or folder of weights, an index of shards, or the name of fetched weights.")
    var weights: String

    /// Opens them.
    func open() throws -> Checkpoint {
        let path = try WeightSearch.path(weights)
        return try reading(path) { try Checkpoint.open(path) }
    }
}
