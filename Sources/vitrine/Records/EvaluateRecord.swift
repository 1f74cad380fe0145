import AnomalyMetrics
import AnomalySegmentation

/// What `evaluate` prints with `--json`.
struct EvaluateRecord: OutputRecord {
    static let kind = "evaluate"

    /// One class under one variant of the method.
    struct Row: Encodable {
        var className: String
        var variant: String
        var measures: MeasureTable.Measures
        var pictures: Int
    }

    /// A variant's mean over the classes.
    struct Mean: Encodable {
        var variant: String
        var measures: MeasureTable.Measures
    }

    /// By which rule masks were read, and how many of them.
    struct Rule: Encodable {
        var rule: String
        var masks: Int
    }

    var object: String
    var rows: [Row]
    var means: [Mean]
    /// Over the scores of the pictures of all classes; absent where it is not defined.
    var pictureAUROC: Double?
    var maskRules: [Rule] = []
    /// The pictures that are in no measure; absent where there are none.
    var failures: [PictureFailure]?
    var configuration: AnomalyConfiguration
    var weights: [WeightFileRecord]

    init(
        object: String, table: MeasureTable, pictureAUROC: Double?, configuration: AnomalyConfiguration,
        weights: [WeightFileRecord]
    ) {
        self.object = object
        rows = table.rows.map {
            Row(
                className: $0.className, variant: $0.method, measures: $0.measures,
                pictures: $0.pixels.pictures)
        }
        means = Evaluation.Variant.allCases.map {
            Mean(variant: $0.rawValue, measures: table.mean(by: $0.rawValue))
        }
        self.pictureAUROC = pictureAUROC
        self.configuration = configuration
        self.weights = weights
    }
}
