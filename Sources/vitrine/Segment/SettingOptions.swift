import AnomalySegmentation
import ArgumentParser
import Foundation

/// The settings of a run: a preset or a file, then single flags on top.
struct SettingOptions: ParsableArguments {
    enum Preset: String, ExpressibleByArgument, CaseIterable {
        case `default`, paper
    }

    @Option(help: "Where the settings start from: default, or paper for the paper's known values.")
    var preset = Preset.default

    @Option(help: "A JSON file with all settings, as \"configuration\" stands in result.json.")
    var configuration: String?

    @Option(help: "How map and masks are joined: blend, gate, softGate, mask or clip (the map alone).")
    var fusion: FusionConfiguration.Mode?

    @Option(help: "How many questions the cascade asks SAM: 1 points, 2 and mask, 3 and box.")
    var stages: Int?

    func validate() throws {
        if let stages, !(1...3).contains(stages) {
            throw ValidationError("--stages takes 1, 2 or 3, not \(stages)")
        }
    }

    /// The settings that all of this comes to, checked.
    func resolved() throws -> AnomalyConfiguration {
        var settings = preset == .paper ? AnomalyConfiguration.paper : .default
        if let path = configuration {
            do {
                settings = try JSONDecoder().decode(
                    AnomalyConfiguration.self, from: try Data(contentsOf: URL(fileURLWithPath: path)))
            } catch {
                throw CommandFailure.badInput(
                    "\(path) is no file of settings: \(Self.reason(error)); copy \"configuration\" from a result.json")
            }
        }
        if let fusion { settings.fusion.mode = fusion }
        if let stages { settings.cascade.stageCount = stages }
        do { try settings.validate() } catch { throw CommandFailure.badInput(error.description) }
        return settings
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "the key \((context.codingPath + [key]).map(\.stringValue).joined(separator: ".")) is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            context.codingPath.map(\.stringValue).joined(separator: ".") + " " + context.debugDescription
        default: error.localizedDescription
        }
    }
}

extension FusionConfiguration.Mode: ExpressibleByArgument {}
