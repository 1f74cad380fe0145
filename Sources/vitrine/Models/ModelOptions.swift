public import ArgumentParser
public import CLIP
import SmallWeights
import Tensors

/// Which CLIP to use.
struct CLIPOptions: ParsableArguments {
    @Option(
        help: """
            CLIP weights: a file or folder as published, or the name of fetched weights (vitrine weights list). Without \
            it $VITRINE_CLIP, else the small CLIP.
            """)
    var clip: String?

    @Option(
        help: """
            The tokenizer's merges: merges.txt, tokenizer.json or the published bpe_simple_vocab_16e6.txt, gzipped or \
            not. Without it $VITRINE_MERGES, else what stands beside the CLIP weights, else the fetched clip-merges.
            """)
    var merges: String?

    @Option(help: "gelu or quickgelu, where the weights cannot tell (vitrine weights inspect says so).")
    var activation: CLIPConfiguration.Activation?

    /// The files to load, by flag, by environment, or the small ones.
    func files() throws -> (clip: String, merges: String) {
        let merges = try WeightSearch.path(flag: merges, environment: "VITRINE_MERGES")
        guard let clip = try WeightSearch.path(flag: clip, environment: "VITRINE_CLIP") else {
            let small = try ModelOptions.smallWeights()
            return (small.clip, merges ?? small.merges)
        }
        return (clip, try merges ?? WeightSearch.merges(for: clip))
    }
}

/// Which SAM to use.
struct SAMOptions: ParsableArguments {
    @Option(
        help: """
            SAM weights: a file as published, or the name of fetched weights (vitrine weights list). Without it \
            $VITRINE_SAM, else the small SAM.
            """)
    var sam: String?

    /// The file to load, by flag, by environment, or the small one.
    func file() throws -> String {
        try WeightSearch.sam(flag: sam)
    }
}

/// How exactly to compute.
struct PrecisionOptions: ParsableArguments {
    @Option(
        help: """
            full, or in less time and memory bf16 or int8: the models' large matrix products in bfloat16 or in 8-bit \
            integers. The decoder of SAM, MobileSAM and attention keep full precision.
            """)
    var precision = Precision.full

    @Option(
        help: """
            A folder where weights are kept as they are packed, so that later runs need not pack them: as much room as the \
            weights take, 10 GB at most. Without it $VITRINE_PACKED_WEIGHTS, else nothing is kept. Results are the same.
            """)
    var packedWeights: String?

    /// Where packed weights are kept.
    var packed: PackedWeightFolder { PackedWeightFolder(packedWeights) }

    /// For records, in which the full precision needs no word.
    var recorded: String? { precision == .full ? nil : precision.rawValue }
}

extension Precision: ExpressibleByArgument {}

/// On how many threads to work.
struct ThreadOptions: ParsableArguments {
    @Option(help: "Threads, 1 to 1024. Without it as many as this process may use.")
    var threads: Int?

    func validate() throws {
        let allowed = ComputeThreads.allowed
        if let threads, !allowed.contains(threads) {
            throw ValidationError(
                "--threads takes a whole number from \(allowed.lowerBound) to \(allowed.upperBound), not \(threads)")
        }
    }

    /// Sets the number of threads, when one was asked for.
    func apply() throws {
        if let threads { try ComputeThreads.set(threads) }
    }
}

/// Which weights to use for both models, and on how many threads.
struct ModelOptions: ParsableArguments {
    @OptionGroup var clipOptions: CLIPOptions
    @OptionGroup var samOptions: SAMOptions
    @OptionGroup var precisionOptions: PrecisionOptions
    @OptionGroup var threadOptions: ThreadOptions

    static func smallWeights() throws -> SmallWeights {
        do { return try SmallWeights() } catch {
            throw CommandFailure.badInput("\(error) (weights of your own: --clip, --sam)")
        }
    }
}

extension CLIPConfiguration.Activation: ExpressibleByArgument {
    public init?(argument: String) { self.init(rawValue: argument.lowercased()) }
    public static var allValueStrings: [String] { ["gelu", "quickgelu"] }
}
