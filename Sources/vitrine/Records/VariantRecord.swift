import AnomalySegmentation
import JSONText
import RunJournals

extension AnomalyVariant {
    /// What evaluate compares unless it is told otherwise. The last one is the whole method; pictures are judged by it.
    static func usual(_ configuration: AnomalyConfiguration) -> [AnomalyVariant] {
        [.map(of: configuration), .points(of: configuration), .cascade(of: configuration)]
    }
}

/// What `run.json` says of a variant.
struct VariantRecord: Codable {
    var title: String
    /// Whether CLIP's map is the result, without a mask.
    var isMapAlone: Bool
    /// What its configuration has otherwise than the run's: values as JSON by their names.
    var changes: [String: String]

    init(_ variant: AnomalyVariant, base: AnomalyConfiguration) throws {
        title = variant.title
        isMapAlone = variant.isMapAlone
        let differences = try SettingDifference.all(
            JSONValue(encoding: base), JSONValue(encoding: variant.configuration))
        changes = Dictionary(uniqueKeysWithValues: differences.map { ($0.name, $0.now ?? "") })
    }
}
