import ArgumentParser
import Foundation
import TextLines

/// What may be on a picture.
struct LabelOptions: ParsableArguments {
    @Option(help: "The labels, separated by commas.")
    var labels: String?

    @Option(help: "In place of --labels, a file with a label in each line. Commas are part of a label there.")
    var labelsFile: String?

    func validate() throws {
        if (labels == nil) == (labelsFile == nil) {
            throw ValidationError(
                "name what may be there, with --labels separated by commas or with --labels-file line by line")
        }
        if let labels, let fault = Self.fault(of: Self.names(in: labels.split(separator: ","))) {
            throw ValidationError("--labels \(fault)")
        }
    }

    /// The labels, none of them twice.
    ///
    /// - Throws: A ``CommandFailure``.
    func names() throws -> [String] {
        guard let labelsFile else { return Self.names(in: (labels ?? "").split(separator: ",")) }
        let names = Self.names(in: try reading(labelsFile) { try TextFile.lines(of: labelsFile) })
        if let fault = Self.fault(of: names) { throw CommandFailure.badInput("\(labelsFile) \(fault)") }
        return names
    }

    private static func names(in parts: [some StringProtocol]) -> [String] {
        parts.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// The rest of a sentence about labels that cannot be used.
    private static func fault(of names: [String]) -> String? {
        if names.isEmpty { return "is empty; name what may be there" }
        var seen: Set<String> = []
        return names.first { !seen.insert($0).inserted }.map { "holds the label \"\($0)\" twice; take one of them out" }
    }
}
