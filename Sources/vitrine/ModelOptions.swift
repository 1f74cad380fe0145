import ArgumentParser
import Foundation
import SmallWeights
import Tensors

/// Which weights to use, and on how many threads.
struct ModelOptions: ParsableArguments {
    @Option(help: "CLIP weights, a .safetensors file. Without it $VITRINE_CLIP, else the small CLIP.")
    var clip: String?

    @Option(help: "SAM weights, a .safetensors file. Without it $VITRINE_SAM, else the small SAM.")
    var sam: String?

    @Option(help: "The tokenizer's merges. Without it $VITRINE_MERGES, else merges.txt beside the CLIP weights.")
    var merges: String?

    @Option(help: "Threads, 1 to 1024. Without it as many as this process may use.")
    var threads: Int?

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads takes a whole number from 1 to 1024, not \(threads)")
        }
    }

    /// The files to load, by flag, by environment, or the small ones.
    func files() throws -> ModelFiles {
        let environment = ProcessInfo.processInfo.environment
        let clip = clip ?? environment["VITRINE_CLIP"]
        let sam = sam ?? environment["VITRINE_SAM"]
        let merges = merges ?? environment["VITRINE_MERGES"]
        if let clip, let sam {
            return ModelFiles(clip: clip, sam: sam, merges: merges ?? Self.mergesBeside(clip))
        }
        let small = try Self.smallWeights()
        return ModelFiles(
            clip: clip ?? small.clip, sam: sam ?? small.sam,
            merges: merges ?? clip.map(Self.mergesBeside) ?? small.merges)
    }

    private static func mergesBeside(_ clip: String) -> String {
        (clip as NSString).deletingLastPathComponent + "/merges.txt"
    }

    static func smallWeights() throws -> SmallWeights {
        do { return try SmallWeights() } catch { throw CommandFailure.badInput(error.description) }
    }

    /// Sets the number of threads, when one was asked for.
    func applyThreads() {
        if let threads { ComputeThreads.set(threads) }
    }
}

/// The three files that a segmentation needs.
struct ModelFiles {
    var clip: String
    var sam: String
    var merges: String
}
