import Foundation
import SmallWeights

/// From what a flag or an environment variable says to the file that is meant.
enum WeightSearch {
    /// The path behind `named`: itself when something is there or when it holds a slash, otherwise the fetched file of the
    /// published weights of that name.
    ///
    /// - Throws: A ``CommandFailure`` that names the command to fetch published weights that are not there.
    static func path(_ named: String) throws -> String {
        if named.contains("/") || FileManager.default.fileExists(atPath: named) { return named }
        let published = try PublishedWeights.list()
        guard let model = published.model(named), let file = model.files.first else {
            let known = published.models.map(\.name).joined(separator: ", ")
            throw CommandFailure.badInput(
                "there is no file \(named), and no published weights of that name; known names are \(known)")
        }
        guard let path = PublishedWeights.path(of: file, in: model) else {
            let folder = PublishedWeights.folder.map { " in \($0)" } ?? ""
            throw CommandFailure.badInput("\(named) was not fetched\(folder); run: Tools/fetch-weights \(named)")
        }
        return path
    }

    /// What a flag says, else what the environment says, as a path; nil when neither says anything.
    static func path(flag: String?, environment variable: String) throws -> String? {
        if let flag { return try path(flag) }
        guard let named = ProcessInfo.processInfo.environment[variable], !named.isEmpty else { return nil }
        do {
            let path = try path(named)
            if FileManager.default.fileExists(atPath: path) { return path }
            throw CommandFailure.badInput("there is no file \(named); check the spelling")
        } catch var failure as CommandFailure {
            // Nobody typed this name just now.
            failure.message += " (\(variable))"
            throw failure
        }
    }

    /// The SAM to use: what the flag says, else the environment, else the small one.
    static func sam(flag: String?) throws -> String {
        try path(flag: flag, environment: "VITRINE_SAM") ?? ModelOptions.smallWeights().sam
    }

    /// Names that tokenizer files go by, in the order of their preference.
    static let tokenizerFiles = [
        "merges.txt", "tokenizer.json", "vocab.json", "bpe_simple_vocab_16e6.txt", "bpe_simple_vocab_16e6.txt.gz",
    ]

    /// The tokenizer's file for a CLIP at `path`: in or beside it, else the published merges when they were fetched.
    static func merges(for clip: String) throws -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: clip, isDirectory: &isFolder) else {
            throw CommandFailure.badInput("there is no file \(clip); check the spelling")
        }
        let folder = isFolder.boolValue ? clip : (clip as NSString).deletingLastPathComponent
        for name in tokenizerFiles {
            let candidate = folder.isEmpty ? name : folder + "/" + name
            if FileManager.default.isReadableFile(atPath: candidate) { return candidate }
        }
        let published = try PublishedWeights.list()
        if let model = published.models.first(where: { $0.kind == "merges" }), let file = model.files.first,
            let path = PublishedWeights.path(of: file, in: model)
        {
            return path
        }
        throw CommandFailure.badInput(
            "no tokenizer file stands beside \(clip) (looked for \(tokenizerFiles.joined(separator: ", "))); "
                + "name one with --merges, or run: Tools/fetch-weights clip-merges")
    }
}
