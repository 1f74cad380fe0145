import AnomalySegmentation
import Imaging
import Introspection
import WebPages

/// What the page of one picture holds.
struct InspectionPage: Encodable {
    struct Picture: Encodable {
        var name: String
        var original: ImageSize
        /// As it is shown.
        var width: Int
        var height: Int
        /// `[height, width, 3]`.
        var rgb: PageNumbers
    }

    /// Rows of attention: each weight as the square root of its share of the row's largest, and that one.
    struct Attention: Encodable {
        /// `[..., queries, tokens]`; from the decoder's tokens to the picture `[..., queries, rows, columns]`.
        var weights: PageNumbers
        /// `[..., queries]`.
        var peaks: PageNumbers
    }

    struct Lens: Encodable {
        var texts: [String]
        var logitScale: Float
        /// `[stages, tokens, texts]`.
        var similarities: PageNumbers
    }

    struct Shares: Encodable {
        var texts: [String]
        /// One for each text.
        var contributions: [DirectContributions.Text]
    }

    struct Method: Encodable {
        var score: Float
        var clipScore: Float
        var omission: AnomalyResult.Omission?
        var threshold: ThresholdReport?
        /// S and n on the square raster; n only where SAM was asked.
        var map: PageNumbers
        /// S smoothed by SAM's features; absent where it was not.
        var smoothed: PageNumbers?
        var heat: PageNumbers?
        var groups: [Group]
        /// What each pixel keeps of its score for the lines that it lies on, over the picture, its largest value as 1; absent
        /// where nothing was sharpened.
        var lines: PageNumbers?
        /// The final map and the mask, over the picture.
        var fused: PageNumbers
        var mask: PageNumbers
        var maskArea: Int
    }

    /// A group as results have it, with its maps.
    struct Group: Encodable {
        private enum Key: String, CodingKey { case similarity, ringMap, cost, logits, decoder }

        var record: GroupRecord
        var similarity: PageNumbers?
        var ringMap: PageNumbers?
        /// 255 where there is no candidate.
        var cost: PageNumbers?
        /// Of each stage's chosen mask, over the picture.
        var logits: [PageNumbers]
        /// One for each stage.
        var decoder: [DecoderStage]

        func encode(to encoder: any Encoder) throws {
            try record.encode(to: encoder)
            var maps = encoder.container(keyedBy: Key.self)
            try maps.encodeIfPresent(similarity, forKey: .similarity)
            try maps.encodeIfPresent(ringMap, forKey: .ringMap)
            try maps.encodeIfPresent(cost, forKey: .cost)
            try maps.encode(logits, forKey: .logits)
            try maps.encode(decoder, forKey: .decoder)
        }
    }

    var maker: String
    var picture: Picture
    var object: String?
    var grid: PatchGrid
    var blocks: Int
    var heads: Int
    /// What was left out, a sentence each.
    var notes: [String] = []
    /// `[blocks, heads, tokens, tokens]`; of larger towers one head, or one query, for all.
    var attention: Attention
    /// `[tokens, tokens]`, or the class token's row.
    var rollout: Attention
    /// `[blocks, patches, patches]`; absent where it is too large.
    var similarity: PageNumbers?
    var lens: Lens?
    var shares: Shares?
    var method: Method?
}
