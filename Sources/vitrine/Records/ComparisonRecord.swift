import AnomalyMetrics
import Imaging

/// What `compare-runs` prints with `--json`.
struct ComparisonRecord: OutputRecord {
    static let kind = "comparison"

    /// One of the two runs.
    struct Run: Encodable {
        var folder: String
        var variant: String
    }

    /// A measure of pixels under both runs. The difference is the second minus the first.
    struct Difference: Encodable {
        var first: Double
        var second: Double
        var difference: Double
        var lower: Double
        var upper: Double
        /// The share of the choices of pictures under which the second run is above the first; equal ones count half.
        var shareAbove: Double

        init(_ found: PairedBootstrap.Difference) {
            (first, second, difference) = (found.first, found.second, found.second - found.first)
            (lower, upper) = (found.interval.lowerBound, found.interval.upperBound)
            shareAbove = found.shareAbove
        }
    }

    struct Differences: Encodable {
        var auroc: Difference
        var averagePrecision: Difference
        var f1Maximum: Difference

        init(_ found: RankMeasures<PairedBootstrap.Difference>) {
            auroc = Difference(found.auroc)
            averagePrecision = Difference(found.averagePrecision)
            f1Maximum = Difference(found.f1Maximum)
        }
    }

    /// How the choices of pictures were made.
    struct Bootstrap: Encodable {
        var count: Int
        var seed: Int
        var confidence: Double
    }

    /// A picture whose mask agrees otherwise with the truth than before.
    struct Picture: Encodable {
        var name: String
        var className: String
        /// IoU of the final mask with the truth; 1 where neither marks anything.
        var first: Double
        var second: Double
        var change: Double
        var firstScore: Float
        var secondScore: Float
    }

    /// A connected part of the truth that is found to another share than before.
    struct Region: Encodable {
        var picture: String
        var className: String
        /// Its number in the picture, from 1.
        var region: Int
        var box: ImageBox
        var area: Int
        /// The share of it in the final mask.
        var first: Double
        var second: Double
        var change: Double
    }

    var first: Run
    var second: Run
    /// How many pictures both runs have, with the same truth.
    var pictures: Int
    /// Pictures that are left out: only one run has them, or their truth differs.
    var onlyInFirst: [String]
    var onlyInSecond: [String]
    var otherTruth: [String]
    var bootstrap: Bootstrap
    /// Over the pixels of all classes together; absent, as the mean, where a run has no value.
    var pooled: Differences?
    /// Of the means over the classes.
    var mean: Differences?
    /// The largest gain first, the largest loss last; without those that stay as they are.
    var changedPictures: [Picture]
    var changedRegions: [Region]
}
