/// A named way from a picture to a map: one row of an ablation.
public struct AnomalyVariant: Hashable, Sendable, Codable {
    /// What a variant changes of the configuration that others are compared with.
    public enum Aspect: String, Hashable, Sendable, Codable, CaseIterable {
        /// How far the way goes: the map alone, with PPG, with more stages of CPS.
        case steps
        /// How PPG chooses negatives.
        case negatives
        /// How map and masks are joined.
        case fusion
        /// How CLIP's map is made.
        case map
        /// Anything else, as settings that are tried.
        case settings
    }

    /// Letters, digits, `-` and `_`; good for a file name.
    public var name: String
    /// For people.
    public var title: String
    /// What it changes.
    public var aspect: Aspect
    /// Whether S is the result, and SAM is not asked.
    public var isMapAlone: Bool
    /// All of its values.
    public var configuration: AnomalyConfiguration

    /// - Parameters:
    ///   - name: letters, digits, `-` and `_`; good for a file name.
    ///   - title: for people.
    ///   - aspect: what it changes.
    ///   - isMapAlone: whether S is the result, and SAM is not asked.
    ///   - configuration: all of its values.
    public init(
        name: String, title: String, aspect: Aspect, isMapAlone: Bool = false, configuration: AnomalyConfiguration
    ) {
        self.name = name
        self.title = title
        self.aspect = aspect
        self.isMapAlone = isMapAlone
        self.configuration = configuration
    }

    /// The map alone.
    public static func map(of configuration: AnomalyConfiguration) -> AnomalyVariant {
        AnomalyVariant(
            name: "map", title: "CLIP map", aspect: .steps, isMapAlone: true, configuration: configuration)
    }

    /// PPG and the first stage of CPS.
    public static func points(of configuration: AnomalyConfiguration) -> AnomalyVariant {
        AnomalyVariant(name: "points", title: "+ PPG", aspect: .steps, configuration: configuration.with(stages: 1))
    }

    /// The configuration as it is.
    public static func cascade(of configuration: AnomalyConfiguration) -> AnomalyVariant {
        AnomalyVariant(name: "cascade", title: "+ PPG + CPS", aspect: .steps, configuration: configuration)
    }
}
