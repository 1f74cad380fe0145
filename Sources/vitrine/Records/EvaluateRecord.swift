import AnomalyDatasets
import AnomalyMetrics
import AnomalySegmentation

/// What `evaluate` prints with `--json`, and `results.json` of its output folder.
struct EvaluateRecord: OutputRecord, Codable, Sendable {
    static let kind = "evaluate"

    /// One class, or all pictures together, under one variant of the method.
    struct Row: Codable, Sendable {
        /// Absent for all pictures together.
        var className: String?
        /// What its pictures show; absent for all pictures together.
        var object: String?
        var variant: String
        var measures: [MeasureName: Double]
        /// Why measures are not defined; absent where all are.
        var undefined: [MeasureName: UndefinedMeasure]?
        var pictures: Int
        var positivePixels: Int
        var negativePixels: Int
        /// Connected parts of the truth.
        var regions: Int
        var defectivePictures: Int
        var normalPictures: Int
    }

    /// A variant's mean over the classes.
    struct Mean: Codable, Sendable {
        var variant: String
        var measures: [MeasureName: Double]
        var undefined: [MeasureName: UndefinedMeasure]?
    }

    /// By which rule masks were read, and how many of them.
    struct Rule: Codable, Sendable {
        var rule: String
        var masks: Int
    }

    /// What all pictures show; absent where that differs by class.
    var object: String?
    /// The variants' names in tables.
    var titles: [String: String]
    var rows: [Row] = []
    var means: [Mean] = []
    /// Over the pixels and the scores of all pictures together.
    var pooled: [Row] = []
    /// Of the whole method over the scores of the pictures of all classes; absent where it is not defined.
    var pictureAUROC: Double?
    var maskRules: [Rule] = []
    /// What was published for this data set; absent for any other.
    var published: [PublishedFigures]?
    /// The pictures that are in no measure; absent where there are none.
    var failures: [PictureFailure]?
    var configuration: AnomalyConfiguration
    var weights: [WeightFileRecord]
}

extension EvaluateRecord {
    init(_ settings: EvaluateSettings, weights: [WeightFileRecord]) {
        let objects = Set(settings.objects.values)
        object = objects.count == 1 ? objects.first : nil
        titles = settings.variantSettings.mapValues(\.title)
        configuration = settings.configuration
        published = settings.published.map(PublishedFigures.of)
        self.weights = weights
    }
}
