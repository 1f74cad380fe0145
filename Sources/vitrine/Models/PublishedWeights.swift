import Foundation
import SmallWeights

/// The weights that can be named instead of given as a path: what `Weights/manifest.json` lists.
struct PublishedWeights: Decodable {
    struct Model: Codable {
        var name: String
        /// What it is for: clip, sam, merges or adapters.
        var kind: String
        var title: String
        var licence: String
        var page: String
        /// Names of what it cannot do without.
        var needs: [String]
        /// A size is absent where none is known, a digest where none was published.
        var files: [WeightFileRecord]
    }

    var models: [Model]

    /// Reads the list that comes with Vitrine.
    static func list() throws -> PublishedWeights {
        try JSONDecoder().decode(Self.self, from: Data(SmallWeights.manifest))
    }

    func model(_ name: String) -> Model? { models.first { $0.name == name } }

    /// The published file with this digest.
    func file(sha256: String) -> (model: Model, file: WeightFileRecord)? {
        for model in models {
            if let file = model.files.first(where: { $0.sha256 == sha256 }) { return (model, file) }
        }
        return nil
    }

    /// Where `Tools/fetch-weights` puts files, nil without a home folder.
    static var folder: String? {
        let environment = ProcessInfo.processInfo.environment
        if let named = environment["VITRINE_WEIGHTS"], !named.isEmpty { return named }
        if let data = environment["XDG_DATA_HOME"], !data.isEmpty { return data + "/vitrine/weights" }
        if let home = environment["HOME"], !home.isEmpty { return home + "/.local/share/vitrine/weights" }
        return nil
    }

    /// Where a published file is, when it was fetched.
    static func path(of file: WeightFileRecord, in model: Model) -> String? {
        guard let path = folder.map({ "\($0)/\(model.name)/\(file.file)" }),
            FileManager.default.isReadableFile(atPath: path)
        else { return nil }
        return path
    }
}
