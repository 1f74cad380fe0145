import AnomalySegmentation
public import ArgumentParser
import Checkpoints
import Foundation
import NeuralNetwork
import WeightIdentity

/// The settings of a run: a preset or a file, then single flags on top.
struct SettingOptions: ParsableArguments {
    enum Preset: String, ExpressibleByArgument, CaseIterable {
        case `default`, paper
    }

    @Option(help: "Where the settings start from: default, or paper for the paper's known values.")
    var preset = Preset.default

    @Option(help: "A JSON file with all settings, as \"configuration\" stands in result.json.")
    var configuration: String?

    @Option(
        help: """
            How CLIP's map is made: dense (patches against sentences), winclip (windows), clip-surgery (patches with V-V \
            attention), april-gan or anomalyclip (with trained weights, --map-weights); each with its published settings \
            and sentences. Without it dense, or what --map-weights are for.
            """)
    var map: MapMethod?

    @Option(help: "APRIL-GAN's adapters or AnomalyCLIP's prompts: a file, or the name of fetched weights.")
    var mapWeights: String?

    @Option(
        help: "A JSON file with the states and templates that describe the object.")
    var prompts: String?

    @Option(
        help: """
            A folder where text vectors are kept between runs. Without it $VITRINE_TEXT_CACHE, else they are computed \
            each time. An entry of other weights or sentences is never used.
            """)
    var textCache: String?

    @Option(help: "How map and masks are joined: blend, gate, softGate, mask or clip (the map alone).")
    var fusion: FusionConfiguration.Mode?

    @Option(help: "How many questions the cascade asks SAM: 1 points, 2 and mask, 3 and box.")
    var stages: Int?

    func validate() throws {
        if let stages, !(1...3).contains(stages) {
            throw ValidationError("--stages takes 1, 2 or 3, not \(stages)")
        }
    }

    /// Where text vectors are kept, nil for nowhere.
    func textStore() -> TextVectorStore? {
        let folder = textCache ?? ProcessInfo.processInfo.environment["VITRINE_TEXT_CACHE"]
        guard let folder, !folder.isEmpty else { return nil }
        return TextVectorStore(folder: folder) { Terminal.complain("warning: \($0)") }
    }

    /// The trained weights of the map, opened.
    func openMapWeights() throws -> Checkpoint? {
        guard let path = try mapWeights.map(WeightSearch.path) else { return nil }
        return try reading(path) { try Checkpoint.open(path) }
    }

    private func mapMethod() throws -> MapMethod? {
        if let map { return map }
        guard let weights = try openMapWeights() else { return nil }
        switch WeightFamily(of: weights) {
        case .aprilGANAdapters: return .aprilGAN
        case .anomalyCLIPPrompts: return .anomalyCLIP
        case let family:
            throw CommandFailure.badInput(
                "--map-weights: \(weights.path) is \(family); APRIL-GAN's adapters or AnomalyCLIP's prompts are asked for"
            )
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
        if let method = try mapMethod() { method.apply(to: &settings) }
        if let prompts {
            settings.text.table = try reading(prompts) {
                try PromptTable(json: try Data(contentsOf: URL(fileURLWithPath: prompts)))
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
