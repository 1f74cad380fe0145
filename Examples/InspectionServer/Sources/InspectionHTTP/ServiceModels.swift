public import AnomalySegmentation
import CLIP
import Checkpoints
import Foundation
import ImageCodecs
package import SegmentAnything
import SmallWeights

/// Both models and the method that joins them: loaded once, shared by all requests.
public struct ServiceModels: Sendable {
    let segmenter: AnomalySegmenter
    package let sam: SAMModel

    /// Where the weights of a service lie.
    public struct Files: Hashable, Sendable {
        /// CLIP's weights.
        public var clip: String
        /// The vocabulary that belongs to them, unpacked.
        public var merges: String
        /// SAM's weights.
        public var sam: String

        /// Weights of one's own.
        public init(clip: String, merges: String, sam: String) {
            (self.clip, self.merges, self.sam) = (clip, merges, sam)
        }

        /// The small weights that come with Vitrine.
        ///
        /// - Throws: `SmallWeightsError` where they were left behind.
        public static func small() throws -> Files {
            let small = try SmallWeights()
            return Files(clip: small.clip, merges: small.merges, sam: small.sam)
        }
    }

    /// Loads both models.
    ///
    /// - Throws: the library's errors, each a sentence that names what is wrong.
    public init(_ files: Files, configuration: AnomalyConfiguration = .default) throws {
        let merges = try Data(contentsOf: URL(fileURLWithPath: files.merges))
        let clip = try CLIPModel(weights: Checkpoint.open(files.clip), merges: merges)
        sam = try SAMModel(weights: Checkpoint.open(files.sam))
        segmenter = try AnomalySegmenter(clip: clip, sam: sam, configuration: configuration)
    }
}
