import AnomalySegmentation
import ArgumentParser
import Checkpoints
import Foundation
import JSONText
import NeuralNetwork
import TextLines
import WeightIdentity

/// How anomalies are found: a preset or a file, then single flags on top.
struct AnomalyOptions: ParsableArguments {
    enum Preset: String, ExpressibleByArgument, CaseIterable {
        case `default`, paper
    }

    @Option(help: "Where the configuration starts from: default, or paper for the paper's known values.")
    var preset = Preset.default

    @Option(help: "A JSON file with the whole configuration, as \"configuration\" stands in result.json.")
    var configuration: String?

    @Option(
        help: """
            How CLIP's map is made: dense (patches against sentences), vanilla (the same with CLIP's attention as it was \
            trained), winclip (windows), clip-surgery (patches with V-V attention), april-gan or anomalyclip (with \
            trained weights, --map-weights); each with its published configuration and sentences. Without it dense, or \
            what --map-weights are for.
            """)
    var map: MapMethod?

    @Option(help: "APRIL-GAN's adapters or AnomalyCLIP's prompts: a file, or the name of fetched weights.")
    var mapWeights: String?

    @Option(
        help: "A JSON file with the states and templates that describe the object.")
    var prompts: String?

    @Option(
        help: """
            A folder where text vectors and the digests of weights are kept between runs. Without it \
            $VITRINE_TEXT_CACHE, else $XDG_CACHE_HOME/vitrine/text, else ~/.cache/vitrine/text. An entry of other weights \
            or sentences is never used.
            """)
    var textCache: String?

    @Flag(help: "Keep no text vectors and digests, and use none; an empty $VITRINE_TEXT_CACHE says the same.")
    var noTextCache = false

    @Option(help: "How map and masks are joined: blend, gate, softGate, mask or clip (the map alone).")
    var fusion: FusionMethod?

    @Option(help: "Stages of the cascade: 1 asks SAM with points, 2 with the mask of stage 1 too, 3 with a box too.")
    var stages: Int?

    func validate() throws {
        if let stages, !(1...3).contains(stages) {
            throw ValidationError("--stages takes 1, 2 or 3, not \(stages)")
        }
        if noTextCache && textCache != nil {
            throw ValidationError("--no-text-cache and --text-cache contradict each other; leave one out")
        }
    }

    /// Where text vectors and digests are kept between runs.
    var cache: CacheFolder { CacheFolder(textCache, isOff: noTextCache) }

    /// Whether a file is a configuration as `--configuration` takes it.
    static func isConfiguration(_ path: String) -> Bool {
        guard let text = try? TextFile.text(of: path) else { return false }
        return (try? JSONDecoder().decode(AnomalyConfiguration.self, from: Data(text.utf8))) != nil
    }

    /// What all of this comes to, checked.
    ///
    /// - Throws: A ``CommandFailure``.
    func resolved() throws -> AnomalySetup {
        var configuration = preset == .paper ? AnomalyConfiguration.paper : .default
        if let path = self.configuration {
            do {
                let text = try TextFile.text(of: path)
                // What is no JSON at all has a place.
                _ = try JSONValue.members(of: Array(text.utf8))
                configuration = try JSONDecoder().decode(AnomalyConfiguration.self, from: Data(text.utf8))
            } catch let error as TextLineError {
                throw CommandFailure.badInput("\(error) (--configuration)")
            } catch {
                throw CommandFailure.badInput(
                    "\(path) is no configuration: \(ConfigurationReason.of(error)); copy \"configuration\" from a result.json"
                )
            }
        }
        let weights = try mapWeights.map(WeightSearch.path).map { path in
            try reading(path) { try Checkpoint.open(path) }
        }
        if let method = try map ?? weights.map(Self.method(for:)) { method.apply(to: &configuration) }
        if let prompts {
            configuration.text.table = try reading(prompts) {
                try PromptTable(json: try TextFile.text(of: prompts).utf8)
            }
        }
        fusion?.apply(to: &configuration.fusion.mode)
        if let stages { configuration.cascade.stageCount = stages }
        do { try configuration.validate() } catch { throw CommandFailure.badInput(error.description) }
        return AnomalySetup(configuration: configuration, mapWeights: weights)
    }

    /// The method that trained weights are for.
    private static func method(for weights: Checkpoint) throws -> MapMethod {
        switch WeightFamily(of: weights) {
        case .aprilGANAdapters: return .aprilGAN
        case .anomalyCLIPPrompts: return .anomalyCLIP
        case let family:
            throw CommandFailure.badInput(
                "--map-weights: \(weights.path) is \(family); APRIL-GAN's adapters or AnomalyCLIP's prompts are asked for"
            )
        }
    }
}

/// A checked configuration and the trained weights of its map, opened once.
struct AnomalySetup {
    var configuration: AnomalyConfiguration
    var mapWeights: Checkpoint?

    /// The files that the map's weights come from.
    var files: [WeightFile] { mapWeights.map { WeightFile.all(of: $0, role: "map") } ?? [] }

    /// - Throws: A ``CommandFailure``.
    func segmenter(_ models: LoadedModels, textCache: TextVectorStore? = nil) throws -> AnomalySegmenter {
        try Self.refusing {
            try AnomalySegmenter(
                clip: models.clip, sam: models.sam, configuration: configuration, mapWeights: mapWeights,
                textCache: textCache)
        }
    }

    /// One that looks at pictures in several ways.
    ///
    /// - Throws: A ``CommandFailure``.
    func segmenter(
        _ models: LoadedModels, of variants: [AnomalyVariant], textCache: TextVectorStore? = nil,
        encodings: EncodingStore? = nil
    ) throws -> VariantSegmenter {
        try Self.refusing {
            try VariantSegmenter(
                clip: models.clip, sam: models.sam, variants: variants, mapWeights: mapWeights, textCache: textCache,
                encodings: encodings)
        }
    }

    private static func refusing<Segmenter>(_ make: () throws -> Segmenter) throws -> Segmenter {
        do { return try make() } catch AnomalySegmentationError.missingMapWeights {
            throw CommandFailure.usage("this map needs trained weights of its own; name them with --map-weights")
        } catch { throw CommandFailure.badInput("\(error)") }
    }
}

extension LoadedModels {
    /// Makes text vectors before the first picture is read, so that an object's name that does not fit is found then.
    ///
    /// - Throws: A ``CommandFailure``.
    func prepare(_ objects: [String], _ make: (String) throws(AnomalySegmentationError) -> Void) throws {
        for object in objects {
            do throws(AnomalySegmentationError) { try make(object) } catch {
                switch error {
                case .unusableTextVector, .clip: throw CommandFailure.badInput("\(files[0].path): \(error)")
                default: throw CommandFailure.usage("--object: \(error)")
                }
            }
        }
    }
}
